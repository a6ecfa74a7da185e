import { python, ruleOf, write } from '../examples.ts';
import type { Analyser, PatternRule } from '../../rule.ts';
import { isSuspectPayload } from '../payload.ts';
import { literalAround, unescaped } from './in-code.ts';
import { plainPath } from './plain-path.ts';
import { startFileAt } from './start-files.ts';

const T = 'MITRE ATT&CK ';
const setByProgram = ruleOf(
  'persistence.set-by-program', 'persistence', 'high', 'program text that puts something of an attacker’s into a file from which programs are started', python('open("/etc/systemd/system/u.service", "w").write("[Service]\\nExecStart=/dev/shm/u\\n")'),
  python('open("/etc/systemd/system/api.service", "w").write("[Service]\\nExecStart=/srv/api/bin/server\\n")'), `${T}T1543, T1546`,
);

const MAX_HITS = 32;
const AROUND = 400;
/** How program text opens a file for writing, writes or copies. */
const WRITES = /\bopen\s*\([^)\n]{0,120}["'](?:[wax]b?\+?|[ra]b?\+)["']|>>|\bwrite\w*\s*\(|\bappend\w*\s*\(|\bcopy\w*\s*\(|\bsymlink\w*\s*\(|\brename\s*\(|\bmove\s*\(|file_put_contents|fputs|fwrite|\.puts\b|createWriteStream|WriteAllText|AppendAllText|StreamWriter|\bFiles\.write|OpenOptions|O_(?:WRONLY|APPEND|CREAT)|\bfprintf\s*\(|\btee\s/i;

/** String constants of program text that name such a file, near to what writes. */
export const startFilesSetByPrograms: Analyser = {
  name: 'platform.start-files-set-by-programs',
  rules: [setByProgram],
  roles: ['code'],
  literals: ['authorized_keys', 'ld.so.preload', 'etc/sudoers', 'etc/cron', 'spool/cron', 'systemd/system/', 'systemd/user/', 'rc.local', 'etc/init.d/', '.bashrc', '.zshrc', '.bash_profile', '.zprofile', '.zshenv', 'etc/profile', 'launchagents/', 'launchdaemons/', 'programs/startup', 'programs\\startup', 'programs\\\\startup', '.config/autostart', 'etc/pam.d', 'sitecustomize.py', '.git/hooks/', 'rules.d/'],
  analyse(view) {
    const { text, hits, budget } = view;
    let reached = -1;
    for (const hit of hits.slice(0, MAX_HITS)) {
      if (hit < reached) continue;
      budget.spend(4 * AROUND);
      const literal = literalAround(text, hit);
      if (!literal) continue;
      reached = literal.end;
      const entry = startFileAt(plainPath(unescaped(text.slice(literal.start, literal.end))));
      if (!entry) continue;
      const around = text.slice(Math.max(0, literal.start - AROUND), literal.end + AROUND);
      if (!WRITES.test(around)) continue;
      budget.spend(8 * around.length);
      if (isSuspectPayload(around.replaceAll('\\n', '\n').replace(text.slice(literal.start, literal.end), ' ')) || (entry.rule.id === 'persistence.authorized-keys' && KEY.test(around.replaceAll('\\n', '\n')))) view.report(setByProgram, literal.start, literal.end);
    }
  },
};

const KEY = /\b(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-nistp\d{3})\s+AAAA/;
const SETS_KEY = String.raw`(?:SetValue(?:Ex\w?)?|RegSetValue\w{0,6}|RegSetKeyValue\w?|RegWrite|set_value|putValue|KEY_(?:SET_VALUE|WRITE|ALL_ACCESS)|CreateSubKey|writeRegistry\w*|winreg\.put|Registry\.write\w*)`;
const RUN_KEY = String.raw`CurrentVersion(?:\\{1,4}|\/)(?:Policies(?:\\{1,4})Explorer(?:\\{1,4}))?Run(?:Once|OnceEx|Services)?(?:\\|["'/]|\b)`;

export const runKeyInProgram: PatternRule = {
  ...ruleOf(
    'persistence.run-key-in-program', 'persistence', 'high', 'program text that sets a registry key from which Windows starts programs', write('u.cs', 'Registry.CurrentUser.OpenSubKey(@"Software\\Microsoft\\Windows\\CurrentVersion\\Run", true).SetValue("u", path);'),
    write('u.cs', 'var names = Registry.CurrentUser.OpenSubKey(@"Software\\Microsoft\\Windows\\CurrentVersion\\Run").GetValueNames();'), `${T}T1547.001`,
  ),
  roles: ['code'],
  literals: ['currentversion\\run', 'currentversion\\\\run', 'currentversion/run'],
  before: 400,
  after: 500,
  pattern: new RegExp(`${SETS_KEY}[^]{0,360}?${RUN_KEY}|${RUN_KEY}[^]{0,400}?${SETS_KEY}`, 'i'),
};

export const cronInProgram: PatternRule = {
  ...ruleOf(
    'persistence.cron-in-program', 'persistence', 'high', 'program text that adds a job for each start of the machine, or an attacker’s, to the table of cron', python('import os\nos.system(\'(crontab -l; echo "@reboot \' + __file__ + \'") | crontab -\')'),
    python('import os\nos.system("crontab -l | grep report")'), `${T}T1053.003`,
  ),
  roles: ['code'],
  literals: ['| crontab', '|crontab', 'crontab -', "'crontab'", '"crontab"'],
  before: 240,
  after: 160,
  pattern: /@reboot\b[^]{0,240}?\|\s?crontab\b|\bcrontab\b[^]{0,200}?@reboot\b|(?:\*\/\d{1,2}|\*)(?: [\d*/,-]{1,8}){4} [^\n]{0,200}?(?:curl|wget|base64|\/tmp\/|\/dev\/shm\/)[^\n]{0,200}?\|\s?crontab\b/,
  accepts: (_match, { place }) => !/\.(?:md|rst|txt|adoc)$/.test(place.file),
};
