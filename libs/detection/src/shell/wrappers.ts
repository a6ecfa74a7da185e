import type { Word } from './command.ts';
import { commandsRunBy, programGivenTo } from './program-calls.ts';
import { programName, SHELLS } from './programs.ts';

/** How a program that runs another takes its own arguments. `valued`: options that take the next word; `operands`: words of its own before the program. */
type Wrapper = Readonly<{ valued?: RegExp; operands?: number }>;

/** Programs that run the rest of their line as it stands. */
const WRAPPERS: ReadonlyMap<string, Wrapper> = new Map<string, Wrapper>(Object.entries({
  sudo: { valued: /^(?:-[A-Za-z]*[ughpCrtUDRT]|--(?:user|group|host|prompt|close-from|role|type|other-user|chdir|chroot|command-timeout))$/ },
  doas: { valued: /^-[uC]$/ },
  pkexec: { valued: /^--user$/ },
  env: { valued: /^(?:-[uC]|--(?:unset|chdir))$/ },
  nohup: {},
  setsid: {},
  timeout: { valued: /^(?:-[sk]|--signal|--kill-after)$/, operands: 1 },
  gtimeout: { valued: /^(?:-[sk]|--signal|--kill-after)$/, operands: 1 },
  nice: { valued: /^(?:-n|--adjustment)$/ },
  ionice: { valued: /^-[cnpPu]$/ },
  chrt: { operands: 1 },
  taskset: { operands: 1 },
  stdbuf: { valued: /^-[ioe]$/ },
  unbuffer: {},
  time: { valued: /^-[fo]$/ },
  command: {},
  builtin: {},
  exec: { valued: /^-a$/ },
  busybox: {},
  toybox: {},
  strace: { valued: /^-[eopsaEuPIObX]$/ },
  ltrace: { valued: /^-[eopsanuxl]$/ },
  proxychains: { valued: /^-f$/ },
  proxychains4: { valued: /^-f$/ },
  torsocks: {},
  torify: {},
  fakeroot: {},
  rlwrap: {},
  winpty: {},
  caffeinate: { valued: /^-[tw]$/ },
  cpulimit: { valued: /^-[lpeP]$/ },
  noglob: {},
  nocorrect: {},
  'systemd-run': { valued: /^(?:-[puHME]|--(?:unit|property|uid|gid|description|slice|on-calendar|on-active|setenv))$/ },
}));

const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]{0,127}\+?=/;
/** `NAME=` or `NAME+=` at the beginning. */
export const isAssignment = (text: string): boolean => text.includes('=') && ASSIGNMENT.test(text);

/** The program behind wrappers: its place among the words, and the wrappers. */
export function unwrapped(words: readonly Word[]): Readonly<{ at: number; name: string; wrappers: readonly string[] }> {
  const wrappers: string[] = [];
  let at = 0;
  for (;;) {
    const word = words[at];
    if (!word) return { at, name: '', wrappers };
    const name = programName(word.text);
    const wrapper = WRAPPERS.get(name);
    if (!wrapper || (name === 'env' && splitsString(words, at + 1))) return { at, name, wrappers };
    const next = afterOptions(words, at + 1, wrapper);
    if (next >= words.length) return { at, name, wrappers };
    wrappers.push(name);
    at = next;
  }
}

/** `env -S 'sh -c id'`: the command stands in one word, and `env` carries it. */
function splitsString(words: readonly Word[], from: number): boolean {
  const last = words.findIndex(({ text }, at) => at >= from && !text.startsWith('-') && !isAssignment(text));
  return words.slice(from, last < 0 ? undefined : last).some(({ text }) => SPLITS.test(text));
}
const SPLITS = /^(?:-[a-z]*S|--split-string(?:=|$))/;

function afterOptions(words: readonly Word[], from: number, { valued, operands = 0 }: Wrapper): number {
  let left = operands;
  for (let at = from; at < words.length; at += 1) {
    const text = words[at]?.text ?? '';
    if (text === '--' || isAssignment(text)) continue;
    if (text.startsWith('-') && text.length > 1) {
      if (valued?.test(text)) at += 1;
    } else if (left > 0) left -= 1;
    else return at;
  }
  return words.length;
}

/** What a program runs besides itself: words that are a command, or words that a shell reads again. */
type Carried = Readonly<{ words: readonly Word[]; reading: 'command' | 'shell' }>;

const CONTAINERS = ['docker', 'podman', 'nerdctl', 'docker-compose', 'kubectl', 'oc', 'k3s', 'lxc', 'crictl', 'minikube', 'microk8s'];
const DOCKER_VALUED = /^(?:-[ewuvpnchlmfaHt]|--(?:env|workdir|user|volume|publish|name|network|net|namespace|container|context|mount|env-file|entrypoint|label|memory|cpus|platform|file|hostname|image|overrides|restart|host|kubeconfig|cap-add|security-opt|pid|ipc|device|add-host|pull|profile|project-name))$/;
const SSH_VALUED = /^-[bcDEeFIiJLlmOopQRSWw]$/;

const command = (args: readonly Word[], wrapper: Wrapper): readonly Carried[] => [{ words: args.slice(afterOptions(args, 0, wrapper)), reading: 'command' }];

function valueOf(args: readonly Word[], option: RegExp): readonly Carried[] {
  const at = args.findIndex(({ text }) => option.test(text));
  return at < 0 ? [] : [{ words: args.slice(at + 1, at + 2), reading: 'shell' }];
}

/** The text behind `-c`; options may be clustered, and others may follow. */
function shellText(args: readonly Word[]): readonly Carried[] {
  for (let at = 0; at < args.length; at += 1) {
    const text = args[at]?.text ?? '';
    if (!/^[-+]/.test(text)) return [];
    if (/^-[A-Za-z]*c$/.test(text) || text === '--command') {
      const value = args.findIndex((word, index) => index > at && !/^[-+]/.test(word.text));
      return value < 0 ? [] : [{ words: args.slice(value, value + 1), reading: 'shell' }];
    }
    if (/^[-+](?:[A-Za-z]*[oO]|-(?:init-file|rcfile))$/.test(text)) at += 1;
  }
  return [];
}

function ssh(args: readonly Word[]): readonly Carried[] {
  const host = afterOptions(args, 0, { valued: SSH_VALUED });
  const from = args[host + 1]?.text === '--' ? host + 2 : host + 1;
  return [{ words: args.slice(from), reading: 'shell' }];
}

/** `do shell script "…"` of AppleScript. */
function appleScript(args: readonly Word[]): readonly Carried[] {
  return args.flatMap((word): readonly Carried[] => {
    const inner = /do shell script "((?:[^"\\]|\\.)*)"/.exec(word.text.slice(0, 4_096))?.[1];
    return inner === undefined ? [] : [{ words: [{ ...word, text: inner.replace(/\\(.)/g, '$1') }], reading: 'shell' }];
  });
}

function executedByFind(args: readonly Word[]): readonly Carried[] {
  const carried: Carried[] = [];
  for (let at = 0; at < args.length && carried.length < 8; at += 1) {
    if (!/^(?:-exec|-execdir|-ok|-okdir|-x|-X|--exec|--exec-batch)$/.test(args[at]?.text ?? '')) continue;
    const from = at + 1;
    while (at < args.length && !(args[at]?.text === ';' || (args[at]?.text === '+' && at > from))) at += 1;
    carried.push({ words: args.slice(from, at), reading: 'command' });
  }
  return carried;
}

function inContainer(args: readonly Word[]): readonly Carried[] {
  const verb = args.findIndex(({ text }) => /^(?:exec|run|debug)$/.test(text));
  if (verb < 0 || verb > 6) return [];
  const dashes = args.findIndex(({ text }, index) => index > verb && text === '--');
  const from = dashes > 0 ? dashes + 1 : afterOptions(args, verb + 1, { valued: DOCKER_VALUED, operands: 1 });
  return [{ words: args.slice(from), reading: 'command' }];
}

function splitString(args: readonly Word[]): readonly Carried[] {
  const at = args.findIndex(({ text }) => SPLITS.test(text));
  const word = args[at];
  if (!word) return [];
  const attached = word.text.replace(/^(?:-[a-z]*S|--split-string=?)/, '');
  return [{ words: attached === '' ? args.slice(at + 1) : [{ ...word, text: attached }, ...args.slice(at + 1)], reading: 'shell' }];
}

/** A program on the command line, and what it hands to a shell. */
function inProgram(name: string, args: readonly Word[]): readonly Carried[] {
  const program = programGivenTo(name, args);
  return program ? commandsRunBy(name, program).map((script): Carried => ({ words: [script], reading: 'shell' })) : [];
}

const inherited = (args: readonly Word[]): readonly Carried[] => [{ words: args, reading: 'shell' }];
const behindC = (args: readonly Word[]): readonly Carried[] => valueOf(args, /^(?:-[a-z]*c|--command)$/);
const repeated = (args: readonly Word[]): readonly Carried[] => [{ words: args.slice(afterOptions(args, 0, { valued: /^-[nj]$/ })), reading: 'shell' }];

/** Clients that run a shell's command from their own language: `.shell id`, `\! id`, `:!id`. */
const escapes = (args: readonly Word[]): readonly Carried[] =>
  args.slice(0, 64).flatMap((word): readonly Carried[] => {
    const inner = /(?:^|\n|;)\s*(?:\.(?:shell|system)\s+|\\!\s*|:!\s*)([^]+)/.exec(word.text.slice(0, 4_096))?.[1];
    return inner === undefined ? [] : [{ words: [{ ...word, text: inner }], reading: 'shell' }];
  });

const CARRIERS: ReadonlyMap<string, (args: readonly Word[]) => readonly Carried[]> = new Map<string, (args: readonly Word[]) => readonly Carried[]>([
  ...[...SHELLS].map((name) => [name, shellText] as const),
  ...CONTAINERS.map((name) => [name, inContainer] as const),
  ...['su', 'runuser', 'script', 'sg', 'vagrant', 'mintty'].map((name) => [name, behindC] as const),
  ['eval', inherited],
  ['trap', (args) => inherited(args.slice(0, 1))],
  ['env', splitString],
  ['xargs', (args) => command(args, { valued: /^-[IJLnPsdEaR]$/ })],
  ['parallel', repeated],
  ['watch', repeated],
  ['nsenter', (args) => command(args, { valued: /^-[tSG]$/ })],
  ['unshare', (args) => command(args, { valued: /^-[SGRw]$/ })],
  ['chroot', (args) => command(args, { operands: 1 })],
  ['flock', (args) => [...valueOf(args, /^-c$/), ...command(args, { valued: /^-[wE]$/, operands: 1 })]],
  ['ssh', ssh],
  ['autossh', ssh],
  ['sshpass', (args) => command(args, { valued: /^-[pfdP]$/ })],
  ['pdsh', (args) => [{ words: args.slice(afterOptions(args, 0, { valued: /^-[wxglfutRS]$/ })), reading: 'shell' }]],
  ...['pssh', 'parallel-ssh', 'clush', 'dsh'].map((name) => [name, (args: readonly Word[]): readonly Carried[] => [{ words: args.slice(afterOptions(args, 0, { valued: /^-[hHlptoeOAxXwgfm]$/ })), reading: 'shell' }]] as const),
  ['knife', (args) => (args[0]?.text === 'ssh' ? [{ words: args.slice(2, 3), reading: 'shell' }] : [])],
  ...['salt', 'salt-ssh'].map((name) => [name, (args: readonly Word[]): readonly Carried[] => valueOf(args, /^cmd\.(?:run|shell|run_all)$/)] as const),
  ['adb', (args) => (args[0]?.text === 'shell' ? [{ words: args.slice(1), reading: 'shell' }] : [])],
  ['gcloud', (args) => valueOf(args, /^--command$/)],
  ['ansible', (args) => valueOf(args, /^(?:-a|--args)$/)],
  ['osascript', appleScript],
  ...['sqlite3', 'sqlite', 'psql', 'mysql', 'mariadb', 'vi', 'vim', 'ex', 'nvim'].map((name) => [name, escapes] as const),
  ['tmux', (args) => (/^(?:new|new-session|new-window|neww|split-window|splitw|respawn-pane|respawnp|respawn-window|send-keys|send|run-shell|run|if-shell)$/.test(args.find(({ text }) => !text.startsWith('-'))?.text ?? '') ? [{ words: args.slice(-1), reading: 'shell' }] : [])],
  ['screen', (args) => command(args, { valued: /^-(?:[dDm]*S|[ctTpse])$/ })],
  ['find', executedByFind],
  ['fd', executedByFind],
  ['wsl', (args) => command(args, { valued: /^(?:-[du]|--(?:distribution|user|cd|shell-type))$/ })],
]);

export const carriedBy = (name: string, args: readonly Word[]): readonly Carried[] => CARRIERS.get(name)?.(args) ?? inProgram(name, args);
