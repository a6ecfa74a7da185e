import type { Budget } from '../budget.ts';
import type { Analyser, Rule, View } from '../rule.ts';
import { cloudRules } from './cloud-rules.ts';
import type { Command } from './command.ts';
import { CommandRules } from './command-rule.ts';
import { databaseRules } from './database-rules.ts';
import { deletingRules } from './deleting-rules.ts';
import { fetchingRules } from './fetching-rules.ts';
import { listedRules } from './listed-rules.ts';
import { wholeListing } from './listings.ts';
import { inLoop, Loops } from './loops.ts';
import { machineRules } from './machine-rules.ts';
import { parseScript, scriptOf } from './parse-script.ts';
import { stringsOfCall } from './program-strings.ts';
import { openedDescriptor, reverseShellRules, usesDescriptor } from './reverse-shell-rules.ts';
import { serviceRules } from './service-rules.ts';
import { isVital, targetOf } from './targets.ts';

const all = new CommandRules([...deletingRules, ...machineRules, ...cloudRules, ...listedRules, ...serviceRules, ...databaseRules, ...fetchingRules, ...reverseShellRules]);
const rules = all.rules.map(({ id, type, severity, sees, positive, nearMiss, source }): Rule => ({ id, type, severity, sees, positive, nearMiss, ...(source !== undefined && { source }) }));
const byId = new Map(rules.map((rule) => [rule.id, rule]));
const literals = [...new Set(all.rules.flatMap((rule) => rule.literals ?? []))];

/** Reports the rules that a command breaks. Throws `BudgetSpent`. */
export function judge(command: Command, budget: Budget, report: (rule: Rule, command: Command) => void): void {
  all.check(command, budget, ({ id }, found) => {
    const rule = byId.get(id);
    if (rule) report(rule, found);
  });
}

/** Ways to hide a word of a command that only reading the script undoes. */
export const HIDING: readonly string[] = ["''", '""', "$'", '$ifs', '{ifs', 'base64', 'xxd', '$@', '/???', '?/', ':0:1}', 'eval', '|sh', '| sh', 'printf', '<<<', ';$', '; $', '& $', '\n$'];

const inShell: Analyser = {
  name: 'shell.commands',
  rules,
  roles: ['shell', 'powershell', 'cmd'],
  literals: [...literals, ...HIDING],
  analyse: (view) => {
    judgeAll(scriptOf(view).commands, view.budget, (rule, { start, end }) => view.report(rule, start, end));
  },
};

/** Judges each command, and what only several of them tell: where `cd` leads, what a loop goes over, what becomes of encrypted files, who uses a connection. */
function judgeAll(commands: readonly Command[], budget: Budget, report: (rule: Rule, command: Command) => void): void {
  let folder = '';
  let orphaned = false;
  const encrypted = new Set<string>();
  const descriptors = new Set<string>();
  const loops = new Loops();
  for (const command of commands) {
    judge(command, budget, report);
    for (const round of inLoop(command, loops)) judge(round, budget, report);
    const { name, args, redirects } = command;
    if (redirects.length > 0) {
      const opened = openedDescriptor(command);
      if (opened !== undefined) descriptors.add(opened);
      if (descriptors.size > 0 && usesDescriptor(command, descriptors)) tell('shell.dev-tcp-shell', command, report);
    }
    const words = args.slice(0, 32).map(({ text }) => text);
    if (name === 'cd' || name === 'pushd') folder = words[0] ?? '~';
    else if (name === 'rm') {
      if (folder !== '' && emptiesFolder(command, words)) tell(isVital(folder) ? 'shell.rm-vital' : targetOf(folder) === 'data' ? 'shell.rm-data' : '', command, report);
      orphaned ||= words.some((word) => /^(?:\.\/)?\.git\/?$/.test(word));
    } else if (name === 'git') {
      orphaned ||= words.includes('--orphan');
      if (orphaned && words.includes('push') && words.some((word) => /^(?:-f|--force|\+\S+)$/.test(word)) && words.some((word) => /^\+?(?:\S+:)?(?:main|master|prod(?:uction)?|trunk)$|^--(?:all|mirror)$/.test(word))) tell('shell.history-replaced', command, report);
    } else if (/^(?:openssl|gpg2?|7z|zip|age|ccrypt)$/.test(name) && !words.some((word) => /^-d$|^--decrypt$/.test(word))) for (const { text, dynamic } of args) if (dynamic && /^\$\w+$/.test(text) && encrypted.size < 64) encrypted.add(text);
    if (/^(?:rm|shred|unlink|srm)$/.test(name) && encrypted.size > 0 && args.some(({ text }) => encrypted.has(text))) tell('shell.files-locked', command, report);
  }
}

/** Everything in the folder one is in: `rm -rf *`, `ls | xargs rm -rf`. */
function emptiesFolder(command: Command, words: readonly string[]): boolean {
  if (!words.some((word) => /^-[a-z]*r|^-R/i.test(word))) return false;
  if (words.some((word) => targetOf(word) === 'around')) return true;
  if (!command.wrappers.includes('xargs')) return false;
  const source = wholeListing(command);
  return source !== undefined && /^(?:ls|find|printf|echo|fd)$/.test(source.name) && source.args.every(({ text }) => /^(?:-.*|\.|\*|\.\/|f|d)$/.test(text));
}

function tell(id: string, command: Command, report: (rule: Rule, command: Command) => void): void {
  const rule = byId.get(id);
  if (rule) report(rule, command);
}

const CALL = /(?:^|[^\w$])(?:os\.)?(?:system|popen[23]?|exec[lv]?p?e?(?:Sync|File|FileSync)?|spawn(?:Sync)?|spawn[lv]p?e?|run|call|check_call|check_output|getoutput|getstatusoutput|Popen|create_subprocess_(?:shell|exec)|shell_exec|passthru|proc_open|pcntl_exec|Command|ProcessBuilder|execa(?:Command)?(?:Sync)?|zx|Start|backtick|ShellExecute|command|sh)\s*\(\s*$/;

/** Commands in strings that a program hands to a shell, in code. */
const inPrograms: Analyser = {
  name: 'shell.program-strings',
  rules: [],
  roles: ['code', 'markup', 'value', 'shell', 'powershell', 'cmd'],
  literals: ['system(', 'popen', 'subprocess', 'exec(', 'execsync(', 'spawn(', 'spawnsync(', 'execfile(', 'check_output(', 'check_call(', 'getoutput(', 'passthru(', 'proc_open(', 'exec.command(', 'command::new', 'processbuilder(', 'getruntime', 'execa(', 'shellexecute', 'os.exec', 'os.spawn', 'commands.get', 'shell: true', 'shell=true', 'system "', "system '", 'qx', '%x'],
  analyse: (view) => {
    let reached = -1;
    for (const hit of view.hits) {
      if (hit < reached) continue;
      reached = readCall(view, hit);
    }
  },
};

/** Reads the first call that begins at or shortly behind a literal; answers where it ended. */
function readCall({ text, budget, report }: View, hit: number): number {
  budget.spend(64);
  const bracket = hit + text.slice(hit, hit + 48).indexOf('(');
  const open = bracket >= hit && CALL.test(text.slice(Math.max(0, hit - 8), bracket + 1)) ? bracket + 1 : quoteBehind(text, hit);
  if (open < 0) return hit;
  const strings = stringsOfCall(text, open, budget);
  const [first, last] = [strings[0], strings.at(-1)];
  if (!first || !last) return open;
  const script = strings.length > 1 && !/\s/.test(first.text) ? strings.map((each) => (/[\s;|&]/.test(each.text) ? `'${each.text.replaceAll("'", `'"'"'`)}'` : each.text)).join(' ') : first.text;
  const [start, end] = [first.start, strings.length > 1 && script !== first.text ? last.end : first.end];
  judgeAll(parseScript(script, budget).commands, budget, (rule) => report(rule, start, end));
  return last.end;
}

/** Perl and Ruby call `system` without brackets. */
function quoteBehind(text: string, hit: number): number {
  const match = /^(?:system|exec|qx|%x)\s*(?=["'([{])/.exec(text.slice(hit, hit + 12));
  return match ? hit + match[0].length : -1;
}

const LINE = /^[\s\-*]*(?:(?:-\s*)?["']?(?:run|script|scripts?|command|cmd|entrypoint|args|before_script|after_script|shell|exec|ExecStart(?:Pre|Post)?|postinstall|preinstall|install|build|test|start|prepare|RUN|CMD|ENTRYPOINT|on_failure|lifecycle|line)["']?\s*[:=]\s*|RUN\s+|CMD\s+|\$\(shell\s+|[@-]+)?["'[|>]*\s*/;
const IMAGE_FILE = /(?:^|[\\/])(?:Dockerfile|Containerfile)(?:\.[\w-]{1,40})?$/i;
/** `["sh", "-c", "…"]`: a command as a list of words. */
const LISTED = /^\s*(?:CMD|ENTRYPOINT|RUN|HEALTHCHECK\s.{0,80}CMD|(?:command|args|entrypoint)\s*[:=])\s*\[\s*"(?:\/(?:usr\/)?bin\/)?(?:ba|da|z|a|k)?sh"\s*,\s*"-\w{0,4}c\w?"\s*,\s*"/;
const CONFIGURATION = /^(?:ya?ml|json|toml|tf|hcl|mk|service|timer|conf|cfg|ini|env|dockerfile|containerfile|gradle|cron|nomad|jenkinsfile|)$/;

/** Commands in the lines of workflow and build files. */
const inLines: Analyser = {
  name: 'shell.lines',
  rules: [],
  roles: ['code', 'shell'],
  literals: literals.filter((literal) => literal.length > 4 || literal.includes('rm ') || literal.includes('nc ')),
  analyse: ({ text, place, hits, budget, report }) => {
    if (place.role === 'shell' && !IMAGE_FILE.test(place.file)) return;
    if (!CONFIGURATION.test(place.language) || (place.file === '' && place.language === '' && !/ya?ml|json|docker|workflow|compose/i.test(place.tool))) return;
    let [reached, from, lineEnd] = [-1, 0, -1];
    for (const hit of hits) {
      if (hit < reached) continue;
      if (hit >= lineEnd) {
        from = text.lastIndexOf('\n', hit - 1) + 1;
        const newline = text.indexOf('\n', hit);
        lineEnd = newline < 0 ? text.length : newline;
        budget.spend(lineEnd - from);
      }
      const line = text.slice(from, lineEnd);
      const [start, end] = place.language === 'json' ? stringAround(text, hit, from, lineEnd) : commandOf(line, from);
      // One line of JSON may hold many strings.
      reached = place.language === 'json' ? end : lineEnd;
      if (/^\s*(?:#|\/\/)/.test(line)) continue;
      judgeAll(parseScript(text.slice(start, end), budget).commands, budget, (rule, found) => report(rule, start + found.start, start + found.end));
    }
  },
};

/** Where the command of a line begins and ends: behind its key and inside its quotes. */
export function commandOf(line: string, from: number): readonly [number, number] {
  const listed = LISTED.exec(line.slice(0, 512))?.[0].length;
  if (listed !== undefined) return [from + listed, from + Math.max(listed, line.lastIndexOf('"'))];
  const start = LINE.exec(line)?.[0].length ?? 0;
  const quoted = /["'[]/.test(line.charAt(start - 1)) ? /["'\]],?$/.exec(line.slice(start).trimEnd()) : null;
  return [from + start, from + (quoted ? start + quoted.index : line.length)];
}

function stringAround(text: string, hit: number, from: number, to: number): readonly [number, number] {
  const open = text.lastIndexOf('"', hit - 1);
  const close = text.indexOf('"', hit);
  return [open < from ? from : open + 1, close < 0 || close > to ? to : close];
}

export const commandAnalysers: readonly Analyser[] = [inShell, inPrograms, inLines];
