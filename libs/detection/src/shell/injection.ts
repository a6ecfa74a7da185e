import type { Role } from '../place.ts';
import type { Analyser, Rule, View } from '../rule.ts';
import { judge } from './commands.ts';
import { bare, mayEnd, strengthOf } from './injected-programs.ts';
import { parseScript } from './parse-script.ts';

const type = 'shell_injection';
const ping = (host: string) => ({ tool: 'ping_host', arguments: { host, count: 4 } }) as const;
const image = (input: string) => ({ tool: 'convert_image', arguments: { input, format: 'jpg' } }) as const;

const chained: Rule = {
  id: 'shell.chained-command',
  type,
  severity: 'high',
  sees: 'an operator of a shell and a command in a value that is not for a shell',
  positive: ping('8.8.8.8; cat /etc/hosts'),
  nearMiss: { tool: 'search_products', arguments: { query: 'AT&T; call me | R&D', url: 'https://shop.example.com/?a=1&sort=asc&type=x;v=2' } },
  source: 'OWASP CRS 932100 to 932150',
};
const substituted: Rule = {
  id: 'shell.substituted-command',
  type,
  severity: 'high',
  sees: 'a command between backquotes or in `$(…)` in a value that is not for a shell',
  positive: image('photo.png$(whoami)'),
  nearMiss: { tool: 'search_files', arguments: { pattern: '$(document).ready', path: 'src' } },
  source: 'OWASP CRS 932130',
};
const hidden: Rule = {
  id: 'shell.hidden-command',
  type,
  severity: 'high',
  sees: 'a command whose name is broken up by quotes, backslashes, globs or empty variables',
  positive: ping("8.8.8.8 w''ho$@ami"),
  nearMiss: { tool: 'read_file', arguments: { path: 'app/routes/queues.$name.jobs.$jobId.tsx' } },
  source: 'OWASP CRS 932200',
};
const expansion: Rule = {
  id: 'shell.expansion',
  type,
  severity: 'high',
  sees: 'expansions that only a shell knows (`$IFS`, `${PATH:0:1}`, here-strings, process substitution) in a value that is not for a shell',
  positive: ping('8.8.8.8${IFS}-c${IFS}1'),
  nearMiss: { tool: 'send_report', arguments: { recipient_name: '${user.name}', amount: '$50 <b>' } },
  source: 'OWASP CRS 932130',
};
const braces: Rule = {
  id: 'shell.braced-command',
  type,
  severity: 'high',
  sees: 'a command written as a brace expansion, which needs no blanks',
  positive: ping('8.8.8.8;{cat,/etc/hosts}'),
  nearMiss: { tool: 'search_files', arguments: { pattern: '*.{ts,tsx,test.ts}', path: 'src/{date,time}' } },
  source: 'OWASP CRS 932240',
};
const begins: Rule = {
  id: 'shell.command-as-value',
  type,
  severity: 'high',
  sees: 'a command line where a host, a path or another plain value belongs',
  positive: ping('cat</etc/hosts'),
  nearMiss: image('make test (final).png'),
  source: 'OWASP CRS 932160',
};
const redirected: Rule = {
  id: 'shell.redirection',
  type,
  severity: 'high',
  sees: 'a redirection to or from a file of the system in a value that is not for a shell',
  positive: image('photo.png>/etc/cron.d/job'),
  nearMiss: { tool: 'set_label', arguments: { label: 'temperature > 5/min', selector: 'nav>a' } },
  source: 'OWASP CRS 932',
};
export const injectionRules: readonly Rule[] = [chained, substituted, hidden, expansion, braces, begins, redirected];

/** How readily a role takes an operator and a word for a command. */
type Reading = 'tight' | 'loose' | 'prose';
const READINGS: Readonly<Partial<Record<Role, Reading>>> = { host: 'tight', path: 'tight', address: 'tight', url: 'tight', secret: 'loose', value: 'loose', prose: 'prose', markup: 'loose' };
const SEARCHED = /(?:^|_)(?:query|q|search|keywords?|tags?|question|reason|label|name_pattern)(?:_|$)/;

const PATTERN = /(?:^|_)(?:pattern|regexp?|expr\w*|glob|filter|match)(?:_|$)/;
/** The parameter of a URL that holds words to search for. */
const SEARCHING = /[?&](?:q|query|search|s|text|keywords?)=[^&]*$/;

const MAX_PROSE = 400;
/** A layout, a theme, a template by its name. */
const MAX_NAME = 160;
/** A title or name without blanks up to an operator that stands right behind it. */
const ONE_WORD = /^[^\s&]{1,40}$/;
/** A host or path has no lines; a patch or document handed over as one does. */
const MAX_LINES = 6;
/** Entries that are commands: `scripts` of a package. */
const COMMANDS = /\/(?:scripts|aliases)\/[^/]+$/;
const SUSPICIOUS = /[;|&`<\n{$'"\\]|>[(/~>]|>\s[/~]|%[A-Za-z]|[?*]\/|\/[?*]|\s[-/]/;

/** Tools whose tags are names of images or versions. */
const NAMES_BUILDS = /docker|image|container|podman|registry|git|release/i;

function readingOf({ place: { role, field, tool }, text }: View): Reading | undefined {
  const reading = READINGS[role];
  if (reading === undefined || (reading === 'prose' && text.length > MAX_PROSE)) return undefined;
  if (role === 'markup' && (text.length > MAX_NAME || /[<{}\n]/.test(text))) return undefined;
  if (reading === 'tight' && text.length > 256 && text.split('\n', MAX_LINES + 1).length > MAX_LINES) return undefined;
  return reading === 'loose' && ((SEARCHED.test(field) && !(/^tags?$/.test(field) && NAMES_BUILDS.test(tool))) || isDocument(text)) ? 'prose' : reading;
}

/** A long value of several lines is read as text for people is; one line is a value, however long. */
const isDocument = (text: string): boolean => text.length > 2_000 && text.trim().includes('\n');

const OPERATOR = /\|\||&&|[;|&\n`]|\$\(|[<>]\(/g;
const NAME = /^(?:[\s+"'`@(!\\]|\{\s)*([\w./\\?*$[\]{}@!'"-]{1,48})/;
const ARGUMENT = /^(?:[\s+]|\$IFS\$?\d?|\$\{IFS\})*(?:["'`)]*$|[#;|&<>)`%]|["']?(?:-{1,2}[A-Za-z]|[/~\\$*]|\.{1,2}(?:\/|$)|\.(?:env|git|ssh|aws|kube|bash|profile|netrc|npmrc|ht(?:access|passwd))\b|https?:|ftp:|\(|(?:\d{1,3}\.){3}\d|[A-Za-z]:\\|%\w|[\w.-]*[/\\][\w.]|[\w-]+\.(?:php|txt|sh|py|pl|exe|ps1|conf|ini|log|xml|json)\b))/;
/** What only some take: a number, a text in quotes. */
const NUMBER = /^(?:[\s+]|\$IFS\$?\d?|\$\{IFS\})*-?\d+(?:\.\d+)*[smh]?(?=[\s;|&#"'`)]|$)/;
const QUOTED = /^[\s+]+["'][^\s"']/;
const COUNTING = /^(?:sleep|ping|timeout|kill|head|tail|seq|usleep|expr|init)$/;
/** Words of a shell that begin a loop, a condition or a test. */
const CONTROL = /^\s*(?:while\s+(?::|true|\[)|for\s+\w{1,20}\s+in\s[^;\n]{1,80};\s*do\b|if\s+(?:\[|test\s)|until\s+(?:\[|false)|\[\s+-[a-z]\s+[/$"~])/;
const SAYING = /^(?:echo|printf|print|cat|grep|find|type|sh|eval|expr)$/;
const PHP_CALL = /^\s*(?:system|exec|shell_exec|passthru|popen|proc_open|eval)\s*\(\s*["'`$]/;
const WINDOWS = /^(?:net\s+(?:user|localgroup|group|view|share|use|start|stop|accounts|session)|reg\s+(?:add|query|delete|save|export)|sc\s+(?:create|start|stop|config|query)|for\s+(?:\/\w\s+\S+\s+)?%|start\s+\/?\w|if\s+(?:not\s+)?(?:defined|exist|errorlevel))/i;

function analyse(view: View): void {
  const { text, budget, place } = view;
  const reading = readingOf(view);
  if (!reading || !SUSPICIOUS.test(text)) return;
  budget.spend(text.length);
  if (COMMANDS.test(place.path)) {
    judgeInjected(view, 0);
    return;
  }
  if (reading !== 'prose') {
    lookForExpansions(view);
    lookForBraces(view);
    lookForHidden(view);
    lookForVariables(view);
    lookForRedirection(view);
    if (lookForBeginning(view, reading)) return;
  }
  if (reading === 'prose' && text.includes('IFS') && GLUED_EXPANSION.test(text)) lookForExpansions(view);
  if (reading !== 'tight' && isListOfWords(text)) return;
  OPERATOR.lastIndex = 0;
  // There no value counts that does not begin with a program's name.
  const inSentences = reading === 'prose' && text.length > MAX_NAME;
  let substitutions = 0;
  let judged = 0;
  const isUrl = /^[^\s]{0,200}(?:[:.]\/\/|^\/|[?#])/.test(text.slice(0, 256));
  for (let match = OPERATOR.exec(text); match; match = OPERATOR.exec(text)) {
    const [operator] = match;
    const from = match.index + operator.length;
    budget.spend(16);
    if (inSentences && /^[;|&\n]/.test(operator) && isWordOfSentence(text, from)) continue;
    const after = text.slice(from, from + 256);
    const called = NAME.exec(after);
    if (reading !== 'prose' && place.role !== 'url' && operator.length <= 2 && RUNS_FILE.test(after)) {
      view.report(chained, match.index, endOf(text, from));
      return;
    }
    if (!called?.[1]) continue;
    budget.spend(80);
    const name = cut(called[1]);
    const rest = after.slice(called[0].length - called[1].length + name.length).replace(/^["']/, '');
    const strength = strengthOf(bare(name)) ?? (reading !== 'prose' && /^\/(?:usr\/)?(?:local\/)?s?bin\/\w/.test(name) ? 'strong' : undefined);
    const line = operator === '\n' && reading === 'loose' && isLineOfCommand(text, match.index, name, rest, strength);
    const closed = reading === 'prose' && isClosed({ text, at: match.index, operator, name, rest });
    const encoded = operator === '\n' && view.decodings.length > 0 && /^\S{0,200}\s?$/.test(text.slice(0, match.index)) && strength !== undefined && ARGUMENT.test(rest);
    // In one word nobody writes sentences: a title such as `report;wget …` is read as a name.
    const word = reading === 'prose' && text.length <= MAX_NAME && operator !== '&' && operator !== '\n' && !(operator === '|' && SEARCHED.test(place.field)) && ONE_WORD.test(text.slice(0, match.index)) && /^[a-z%$/{]/.test(after);
    const strict = word && !/^[\s"'`)]*$/.test(rest) ? 'loose' : reading;
    if (!encoded && !line && !closed && !accepted({ operator, name, rest, strength, reading: strict, after, before: text.slice(Math.max(0, match.index - 64), match.index), place, isUrl })) continue;
    const substitution = operator === '`' || operator.endsWith('(');
    view.report(substitution ? substituted : chained, match.index, endOf(text, from));
    if (operator.length === 1) return judgeInjected(view, from);
    // What one reading has shown is read again a few times only: for whoever writes a substitution behind a substitution each would read all that follow.
    if ((substitutions += 1) > MAX_SUBSTITUTIONS && from < judged) continue;
    judgeInjected(view, from);
    judged = from + INJECTED / 2;
  }
}

const SPOKEN = /[ \n]{0,4}([A-Za-z]{1,24})(?![\w./\\?*$[\]{}@!'"-])/y;

/** Whether a plain word stands there that is no program's name: most `;` and line ends are followed by one. */
function isWordOfSentence(text: string, from: number): boolean {
  SPOKEN.lastIndex = from;
  const word = SPOKEN.exec(text)?.[1];
  return word !== undefined && strengthOf(word.toLowerCase()) === undefined;
}

/** `NAME` takes signs that may belong to what follows; the name ends where quotes or brackets close. */
const cut = (name: string): string => name.replace(/\\[nrt](?![A-Za-z\\]).*$/, '').replace(/["'}\])]+$/, '').replace(/^(\w+)['"](?=[-/])/, '$1');

type Candidate = Readonly<{ operator: string; name: string; rest: string; strength: ReturnType<typeof strengthOf>; reading: Reading; after: string; before: string; place: View['place']; isUrl: boolean }>;

function accepted({ operator, name, rest, strength, reading, after, before, place, isUrl }: Candidate): boolean {
  const trimmed = after.trimStart();
  const windows = WINDOWS.test(trimmed);
  if (operator === '`' || operator.endsWith('(')) return isSubstitution({ operator, name, rest, strength, reading, after, before, place, isUrl });
  if (windows && !(place.role === 'url' && operator === '&')) return reading !== 'prose' || isShortBefore(before);
  if (PHP_CALL.test(after)) return reading !== 'prose';
  const url = place.role === 'url' && isUrl;
  if (reading !== 'prose' && CONTROL.test(after)) return true;
  if (!strength) return reading === 'tight' && !url && /^[\s+]+-{1,2}[A-Za-z]/.test(rest) && /^[a-z][\w.-]{1,20}$/.test(name);
  if (/^\s*=/.test(rest) || /^\w/.test(rest)) return false;
  if (url && operator === '&' && !/\s/.test(after.slice(0, name.length + 4))) return false;
  if (operator === '\n' && reading !== 'tight' && !name.startsWith('/')) return false;
  const plain = bare(name).toLowerCase();
  const argument = ARGUMENT.test(rest) || (NUMBER.test(rest) && COUNTING.test(plain)) || (QUOTED.test(rest) && SAYING.test(plain)) || (/^(?:echo|printf|cat|type|mail|sendmail)$/.test(plain) && /^\s+[^|>;&]{1,80}[|><]/.test(rest)) || (/^(?:echo|printf|su|locate|lsattr|kill)$/.test(plain) && glued(before, operator) && /^\s+[\w.-]{1,40}\s*(?:$|[;|&#])/.test(rest));
  const ends = /^[\s"'`)]*$/.test(rest);
  const isGlued = /^\S/.test(after) && /\S$/.test(before);
  if (reading === 'prose') return isShortBefore(before) && !/^[A-Z][a-z]/.test(name) && (strength === 'strong' ? argument || /^\s+\S+$/.test(rest) : argument && !ends && (/^(?:sleep|cat|ping|ls|rm|echo|id|type|dir)$/.test(plain) || (plain === 'touch' && /^\s+\/tmp\//.test(rest))) && !/^\s+\d+\s+\w/.test(rest));
  if (reading === 'tight' && !url) return strength === 'strong' || operator !== '&' || place.role !== 'path' || (ends ? mayEnd(plain) : argument);
  if (reading !== 'tight' && strength === 'weak' && /^[A-Z][a-z]/.test(name)) return false;
  if (operator === '|' && /["']$/.test(before) && /^\s*[|;&]\s*["'#]/.test(rest)) return true;
  if (operator === '|' && isGlued && (/^[|)\]`&]/.test(rest) || (PATTERN.test(place.field) && !(strength === 'strong' && /^\s+(?:-{1,2}[A-Za-z]|(?:\d{1,3}\.){3}\d|https?:|\/\w)/.test(rest))))) return false;
  if (url && SEARCHING.test(before)) return argument && !ends;
  if (strength === 'strong') return argument || (reading === 'tight' && /^\s/.test(rest)) || /^\s+[\w@.-]+(?:\s|$|[;|&#])/.test(rest) || (/^(?:powershell|pwsh|cmd)$/.test(plain) && /^\s+[\w(]/.test(rest));
  return ends ? mayEnd(plain) || (operator !== '&' && /^(?:sleep|top|vi|hostname|reboot|halt)$/.test(plain)) : argument;
}

/** `report;echo`: the operator stands right behind what it ends. */
const glued = (before: string, operator: string): boolean => operator !== '&' && /^\S{0,40}$/.test(before);

function isSubstitution({ operator, name, strength, reading, after, before, rest, place }: Candidate): boolean {
  if (operator === '`') {
    const closes = after.indexOf('`');
    if (closes < 1 || reading === 'prose' || (PATTERN.test(place.field) && before.endsWith('|'))) return false;
    if (strength === 'strong' && /^\s+(?:-\w+\s+)?(?:https?:|(?:\d{1,3}\.){3}\d)/.test(rest)) return true;
    if (strength === 'strong' && /^(?:nslookup|dig|curl|wget|ping|whois|telnet|nc|ncat)$/.test(bare(name)) && /^\s+[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}\s*`\s*$/.test(rest)) return true;
    if (strength !== undefined && before === '' && COUNTING.test(bare(name)) && NUMBER.test(rest) && closes === after.length - 1) return true;
    if (strength !== undefined && /^\S+$/.test(before) && (NUMBER.test(rest) || strength === 'strong') && closes === after.length - 1) return true;
    return strength !== undefined && (reading === 'tight' || (ARGUMENT.test(rest) && /(?:^|[^\s])\s?$/.test(before) && !/\w\s$/.test(before)));
  }
  if (operator === '$(') {
    if (reading === 'prose' && endsInSending(after, before, rest, strength)) return true;
    if (reading === 'prose') return isShortBefore(before) && (/\S$/.test(before) || (/^\S*\s$/.test(before) && /^\s+\S/.test(rest))) && (strength === 'strong' || /^\s*`/.test(after));
    return strength !== undefined || /^\s*[`$<]/.test(after) || (reading === 'tight' && place.role !== 'url' && /^[a-z]/.test(after));
  }
  return strength !== undefined && /^[\s)]/.test(rest) && name !== '';
}

const SPEAKS_OF_IT = /\b(?:use[sd]?|using|replac\w*|instead|remov\w*|escap\w*|quot\w*|avoid\w*|fix(?:e[sd])?\s+(?:the|a)|why|how|never|don't|not|like|as|via|with|by|run\w*|call\w*|of|the)\s*$/i;
/** `typo $(curl -d "$TOKEN" https://…)` at the end of a line: a substitution that fetches or sends, and that no word before it speaks about. */
const endsInSending = (after: string, before: string, rest: string, strength: Candidate['strength']): boolean => strength === 'strong' && before.length < 80 && /^[^`\n]{4,240}\)\s*$/.test(after) && /https?:|\/dev\/|\$\w|(?:\d{1,3}\.){3}\d/.test(rest) && !/[`"'(]$/.test(before) && !SPEAKS_OF_IT.test(before);

/** A title or name before the operator, not a sentence. */
const isShortBefore = (before: string): boolean => before.length < 48 && !/[.!?:]\s/.test(before) && before.split(/\s+/).filter(Boolean).length <= 3;

const endOf = (text: string, from: number): number => {
  const newline = text.slice(from + 1, from + 256).indexOf('\n');
  return Math.min(text.length, newline < 0 ? from + 256 : from + 1 + newline);
};

/** So much of what follows an operator is read as commands; of so many substitutions each by itself. */
const INJECTED = 1_024;
const MAX_SUBSTITUTIONS = 16;

/** What the smuggled command itself would do. */
function judgeInjected({ text, budget, report }: View, from: number): void {
  for (const command of parseScript(text.slice(from, from + INJECTED), budget).commands) judge(command, budget, (rule, found) => report(rule, from + found.start, from + found.end));
}

/** A file that anybody may have put there, or the shell's own file-running commands. */
const RUNS_FILE = /^\s*["']?(?:\/(?:tmp|var\/tmp|dev\/shm)\/[\w.-]+|~\/[\w.-]+|(?:\.|source)\s+[/~][\w./-]+)\s*(?:$|[\s;|&#"'])|^\s*["']?%(?:COMSPEC|SYSTEMROOT|WINDIR|PROGRAMFILES(?:\(x86\))?)(?:%|:~)/i;
/** Commands that look around; nobody lists them one below another. */
const LOOKS_AROUND = /^(?:whoami|id|uname|ifconfig|ipconfig|printenv|env|netstat|systeminfo|hostname|pwd|ls|dir|ps|uptime|who|reboot|halt)$/;

/** `web01` and, in the next line, a command with its arguments. */
function isLineOfCommand(text: string, at: number, name: string, rest: string, strength: ReturnType<typeof strengthOf>): boolean {
  if (strength === undefined || !/^\S{1,200}\r?$/.test(text.slice(Math.max(0, text.lastIndexOf('\n', at - 1) + 1), at)) || text.split('\n', 5).length > 4) return false;
  if (LOOKS_AROUND.test(bare(name)) && /^\s*(?:$|[;|&#])/.test(rest)) return true;
  return strength === 'strong' && /^\s+["']?(?:-{1,2}[A-Za-z]|[/~]|https?:|(?:\d{1,3}\.){3}\d)/.test(rest);
}

/** A title that is one word and a command between operators: `report;env;`. */
function isClosed({ text, at, operator, name, rest }: Readonly<{ text: string; at: number; operator: string; name: string; rest: string }>): boolean {
  if (text.length > 64 || operator.endsWith('(') || !/^[^\s&]{1,40}$/.test(text.slice(0, at)) || !/^[a-z]+$/.test(name) || /^[A-Z]/.test(text.slice(at + operator.length))) return false;
  if (operator === '`') return strengthOf(name) !== undefined && /^\s*(?:\d+|-\w+)?`$/.test(rest);
  return LOOKS_AROUND.test(name) && (/^\s*[;|&#`]/.test(rest) || (/^[|&]{2}$/.test(operator) && rest.trim() === ''));
}

const LIST = /^\s*[\w+#.-]{1,24}(?:\s?([;|])\s?[\w+#.-]{1,24})(?:\s?\1\s?[\w+#.-]{1,24}){0,30}\s*$/;

/** `bash|zsh`, `name;id;email`: words, some of which happen to be programs. What follows a name that is none is a command. */
function isListOfWords(text: string): boolean {
  if (text.length > 400 || !LIST.test(text)) return false;
  const listed = text.trim().split(/\s?[;|]\s?/);
  if (listed.some((word) => /^(?:whoami|ifconfig|ipconfig|uname|printenv|systeminfo|sleep|env)$/.test(word))) return false;
  return strengthOf(listed[0] ?? '') !== undefined || (listed.length > 2 && listed.every((word) => /^[a-z]+$/i.test(word)));
}

const REDIRECTED = /^[^\s<>"'=()]{0,120}\s?(?:\d?>{1,2}\s?|<)(?:\/(?:etc|tmp|var|dev|home|root|usr|proc|opt|srv)\/|~\/\.)[\w./-]{1,120}\s*(?:$|[;|&#])/;

/** `report>/etc/cron.d/x`: what a shell would write to or read from a file. */
function lookForRedirection({ text, report, place }: View): void {
  if (place.role === 'url' || place.role === 'secret' || !/[<>]/.test(text)) return;
  const match = REDIRECTED.exec(text.slice(0, 512));
  if (match) report(redirected, match.index, match.index + match[0].length);
}

/** `cat${IFS}/etc/hosts`: nobody who speaks of the variable writes it so. */
const GLUED_EXPANSION = /[;|&`(]\s?[a-z]{2,12}\$\{?IFS\b/;
const EXPANSION = /\$\{?IFS\b|\$\{(?:PATH|PWD|HOME|SHELL|OLDPWD|LS_COLORS|BASH\w*|HOSTNAME|USER)[:#%/][^\n]{0,40}\}|\$\{?(?:SHELL|BASH)\b|\$\{[A-Za-z_]\w{0,20}:\d{1,3}:\d{1,3}\}|<<<\s*["'$\w(]|<\((?:cat|ls|id|curl|wget|echo|sh|bash)\b|\$'\\(?:x[0-9a-fA-F]{2}|[0-7]{3})/;

function lookForExpansions({ text, report, place }: View): void {
  if (!/[$<]/.test(text)) return;
  const match = EXPANSION.exec(text);
  if (match && !(place.role === 'secret' && !/IFS|<<</.test(match[0]))) report(expansion, match.index, match.index + match[0].length);
}

const BRACED = /\{([\w$\\'"/.?*@-]{0,40}),([^{}\s]{0,120})\}(\w{0,8})/;

function lookForBraces({ text, report }: View): void {
  const match = text.includes('{') ? BRACED.exec(text) : null;
  if (!match) return;
  const [whole, first = '', others = '', suffix = ''] = match;
  const name = bare(first);
  const argued = others === '' || /^[-/$~.]|,[-/]/.test(others) || /\?/.test(others);
  const globbed = first === '' && /^\/[\w?*]*[?*][\w?*]*\//.test(others);
  if (argued && (globbed || (name !== '' && strengthOf(name + (suffix && strengthOf(name) === undefined ? suffix : '')) !== undefined))) report(braces, match.index, match.index + whole.length);
}

const TOKEN = /(?:\$\{[^}\s]{0,24}\}|\$\(\)|\$[\w@*!?#-]|''|""|\\[A-Za-z]|'[\w?*]{1,12}'|"[\w?*]{1,12}"|[\w/.?*[\]-]){3,80}/g;
const BROKEN = /[\w/?*](?:''|""|\\|\$[@*!?#\-\w(]|\$\{|'|"|\[\w\])|\$\w+\\\w/;
const GLOBBED = /^(?:\/[\w?*[\]-]{1,12}){2,4}$/;

function lookForHidden({ text, report, budget, place }: View): void {
  if (!/[$'"\\?*[]/.test(text)) return;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const [token] = match;
    budget.spend(token.length);
    const broken = BROKEN.test(token) && !/^['"][^'"]*['"]$/.test(token);
    const globbed = !broken && /[?*]/.test(token) && GLOBBED.test(token) && /[?]/.test(token);
    if (!broken && !globbed) continue;
    budget.spend(40);
    const plain = bare(token.replace(/\$_(?=[a-z])/g, ''));
    if (plain.length < 2 || plain === token) {
      if (!globbed) continue;
    }
    const strength = strengthOf(plain);
    if (strength === 'strong' || (strength === 'weak' && place.role !== 'secret' && /^(?:cat|id|ls|ping|rm|echo|sleep|nl|tac|sh|su|head|tail)$/.test(plain.slice(plain.lastIndexOf('/') + 1).toLowerCase())) || (globbed && strength !== undefined)) {
      report(hidden, match.index, match.index + token.length);
      return;
    }
  }
}

const ASSIGNED = /(?:^|[\s;&|])[A-Za-z_]\w{0,20}=[^\s;&|]*\s*(?:;|&&)[^]{0,200}\$/;

/** A command spelt with variables that the text itself sets. */
function lookForVariables({ text, report, budget, place }: View): void {
  if (place.role === 'secret' || !text.includes('$') || !ASSIGNED.test(text.slice(0, 512))) return;
  const { commands } = parseScript(text.slice(0, 512), budget);
  const found = commands.find(({ name, start, assignments }, index) => index > 0 && assignments.length === 0 && /^[^;&|]{0,40}\$/.test(text.slice(start, start + 48)) && strengthOf(name) !== undefined);
  if (found) report(hidden, found.start, found.end);
}

const META = /[;|<>`]|&&|\$\(|%\w+%/;

/** `/bin/id|`: what Perl opens runs where a file's name ends, or begins, with a bar. */
const OPENED_AS_PIPE = /^\s{0,8}(?:\/(?:usr\/)?(?:local\/)?s?bin\/[\w.-]{1,40}(?:\s[^|\n]{0,120})?\|\s*$|\|\s{0,4}\/(?:usr\/)?(?:local\/)?s?bin\/[\w.-]{1,40})/;

/** Whether the whole value is a command line; reports it. */
function lookForBeginning(view: View, reading: Reading): boolean {
  const { text, place, report } = view;
  if (place.role === 'url' || place.role === 'secret') return false;
  if (OPENED_AS_PIPE.test(text)) {
    report(begins, 0, text.length);
    judgeInjected(view, 0);
    return true;
  }
  const name = /^\s*([A-Za-z][\w.-]{0,20}|\/(?:usr\/)?s?bin\/\w+)(?=[\s<;|&])/.exec(text);
  if (!name?.[1]) return false;
  const rest = text.slice(name[0].length, name[0].length + 256);
  const strength = strengthOf(name[1]);
  const windows = WINDOWS.test(text.trimStart());
  if (!strength && !windows) return false;
  const argued = (strength === 'strong' && (place.role === 'host' || place.role === 'address') && /^\s*[;|&<>]/.test(rest)) || /^\s*<\s*[\w/$(.<]/.test(rest) || (/^\s+(?:["']?[-/~$%]|[A-Za-z]:\\|[\w.]+\s*[|;&<>]|'|"|\.\s)/.test(rest) && (strength === 'strong' || META.test(text)));
  const meant = windows ? reading === 'tight' || META.test(text) || /\\|\/[a-z]\b/i.test(text) : argued && (reading === 'tight' || META.test(rest));
  const reads = /^(?:cat|head|tail|less|more|nl|tac|strings|ls)$/.test(name[1]) && /^\s+(?:-\w+\s+)?\/(?:etc|proc|root|var|home|usr)\b/.test(rest);
  const called = name[1].startsWith('/') && reading === 'tight' && /^\s+-{1,2}\w/.test(rest);
  const loop = /^\s*for\s+\w+\s+in\b[^]{1,200};\s*do\b/.test(text.slice(0, 256));
  if (!meant && !loop && !reads && !called) return false;
  report(begins, 0, Math.min(text.length, 256));
  judgeInjected(view, 0);
  return true;
}

export const injectionAnalyser: Analyser = { name: 'shell.injection', rules: injectionRules, roles: ['host', 'path', 'address', 'url', 'secret', 'value', 'prose', 'markup'], literals: [], analyse };
