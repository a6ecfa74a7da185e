import type { Budget } from '../budget.ts';
import { Offsets } from './offsets.ts';

/**
 * Files and folders that a glob may stand for, in the order in which it is tried, as parts of a rooted path; `@`: anybody's name, `#`: a process.
 * Nobody needs a glob to name one of these, but for the folder it is in.
 */
const TARGETS: readonly (readonly string[])[] = [
  'etc/shadow', 'etc/gshadow', 'etc/sudoers', 'etc/master.passwd', 'etc/passwd', 'etc/crontab', 'etc/krb5.keytab', 'etc/kubernetes/admin.conf', 'etc/mysql/debian.cnf',
  ...['root', 'home/@', 'Users/@'].flatMap((home) => ['.ssh/id_rsa', '.ssh/id_ed25519', '.ssh/id_ecdsa', '.ssh/authorized_keys', '.aws/credentials', '.bash_history', '.zsh_history', '.netrc', '.pgpass', '.my.cnf', '.git-credentials', '.kube/config', '.docker/config.json', '.npmrc', '.vault-token', '.gnupg/secring.gpg'].map((file) => `${home}/${file}`)),
  'proc/#/environ', 'proc/#/mem', 'var/run/docker.sock', 'run/secrets/kubernetes.io/serviceaccount/token', 'var/run/secrets/kubernetes.io/serviceaccount/token',
].map((path) => path.split('/'));

/** A word of a command line, or a path: how far one is followed to either side of its first glob. */
const MAX_SIDE = 96;
const GLOB = /[*?[]/g;
const ENDS = /[\s;|&<>()"'`=,\\:@]/;

type Resolved = Readonly<{ text: string; offsets: Offsets }>;

/** A text in which globs that hide a secret file are that file: `/e?c/sh*dow` is `/etc/shadow`. Undefined: there is none. */
export function withoutGlobs(text: string, budget: Budget): Resolved | undefined {
  const offsets = new Offsets();
  let out = '';
  let reached = 0;
  GLOB.lastIndex = 0;
  for (let match = GLOB.exec(text); match; match = GLOB.exec(text)) {
    const [start, end] = wordAround(text, match.index, reached);
    GLOB.lastIndex = Math.max(end, match.index + 1);
    const word = text.slice(start, end);
    if (!/^(?:[/~]|\.\.\/|\$\{?HOME)/.test(word)) continue;
    budget.spend(32 + 4 * word.length);
    const path = meantBy(word);
    if (path === undefined) continue;
    out += text.slice(reached, start);
    offsets.mark(out.length, start);
    out += path;
    reached = end;
    offsets.mark(out.length, end);
  }
  return reached === 0 ? undefined : { text: out + text.slice(reached), offsets };
}

function wordAround(text: string, at: number, from: number): readonly [start: number, end: number] {
  let start = at;
  while (start > from && at - start < MAX_SIDE && !ENDS.test(text.charAt(start - 1))) start -= 1;
  let end = at + 1;
  while (end < text.length && end - at < MAX_SIDE && !ENDS.test(text.charAt(end))) end += 1;
  return [start, end];
}

/** The file that a glob hides. One that names it but for a person or a process hides nothing. */
function meantBy(word: string): string | undefined {
  const [climb = ''] = /^(?:\.\.\/)+/.exec(word) ?? [];
  const rooted = (climb === '' ? word : word.slice(climb.length - 1)).replace(/^~(?=\/)|^\$\{?HOME\}?(?=\/)/, '/home/@').replace(/\/{2,}/g, '/');
  const parts = rooted.slice(1).split('/');
  const target = TARGETS.find((each) => hides(parts, each));
  return target && `${climb === '' ? '/' : climb}${target.map((part) => (part === '@' ? 'user' : part === '#' ? 'self' : part)).join('/')}`;
}

function hides(parts: readonly string[], target: readonly string[]): boolean {
  if (parts.length !== target.length) return false;
  let hidden = false;
  for (const [at, part] of parts.entries()) {
    const name = target[at] ?? '';
    if (part === name) continue;
    if (name === '@' ? /^[\w.*?@[\]-]+$/.test(part) : name === '#' && /^(?:self|[\d*?[\]-]+|\$\w+)$/.test(part)) continue;
    if (!GLOBBED.test(part) || !saysSomething(part, name) || !matchesGlob(part, name)) return false;
    hidden = true;
  }
  return hidden;
}

const GLOBBED = /[*?[]/;
/** `sh*dow`, `???`; a mere `*` or `s*` means whatever is there. */
const saysSomething = (glob: string, name: string): boolean => (/^\?+$/.test(glob) ? glob.length === name.length : glob.replace(/\*|\?/g, '').length >= 2 || (/[?[]/.test(glob) && /\w/.test(glob)));

/** Whether a glob of a shell stands for a name; `[a-z]`, `[!a]`, `?` and `*` are known. */
export function matchesGlob(glob: string, name: string): boolean {
  let [g, n] = [0, 0];
  let [star, mark] = [-1, 0];
  while (n < name.length) {
    const close = glob[g] === '[' ? glob.indexOf(']', g + 2) : -1;
    if (glob[g] === '*') [star, mark, g] = [g, n, g + 1];
    else if (close > 0 && inClass(glob.slice(g + 1, close), name.charAt(n))) [g, n] = [close + 1, n + 1];
    else if (close < 0 && (glob[g] === '?' || glob[g] === name[n])) [g, n] = [g + 1, n + 1];
    else if (star >= 0) [mark, n, g] = [mark + 1, mark + 1, star + 1];
    else return false;
  }
  while (glob[g] === '*') g += 1;
  return g === glob.length;
}

function inClass(members: string, character: string): boolean {
  const negated = /^[!^]/.test(members);
  for (let at = negated ? 1 : 0; at < members.length; at += 1) {
    if (members[at + 1] === '-' && at + 2 < members.length) {
      if (character >= members.charAt(at) && character <= members.charAt(at + 2)) return !negated;
      at += 2;
    } else if (members[at] === character) return !negated;
  }
  return negated;
}
