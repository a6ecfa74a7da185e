import type { Analyser, View } from '../../rule.ts';
import { words } from '../../tool-reading.ts';
import { isSuspectPayload } from '../payload.ts';
import { windowsAround } from '../windows-of-hits.ts';
import { isWritten } from './in-arguments.ts';
import { plainPath } from './plain-path.ts';
import { startFileAt, startFileLiterals, type StartFiles, startFiles, webShellRule } from './start-files.ts';

const STANDING_ORDER = /\b(?:silently|secretly|without (?:telling|asking|mentioning|informing)|do not (?:tell|mention|inform)|never (?:tell|mention)|hidden from the user)\b/i;
const INPUT = String.raw`(?:\$_(?:GET|POST|REQUEST|COOKIE|SERVER|FILES)\b|request\.(?:getparameter|form|querystring|item|params|args|values|get_data|headers)|request\s*[[(]\s*["']|getparameter\s*\(|req\.(?:query|body|params|headers)|php:\/\/input)`;
const RUN = String.raw`(?:\b(?:eval|assert|system|exec|shell_exec|passthru|popen|proc_open|pcntl_exec|create_function|call_user_func(?:_array)?|array_map|usort|execute(?:global)?|process\.start|execsync|spawnsync|os\.popen|os\.system|subprocess\.\w{1,20}|processbuilder|run)\s*\(?|\.exec\(|${'`'})`;
const RUNS_INPUT = new RegExp(String.raw`${RUN}[^;\n]{0,80}${INPUT}|\$_(?:GET|POST|REQUEST|COOKIE)\s*\[[^\]]{1,40}\]\s*\(|\binclude(?:_once)?\s*\(?\s*\$_(?:GET|POST|REQUEST)|preg_replace\s*\(\s*["']\/[^"']{0,40}\/\w{0,4}e`, 'i');
const KEPT_INPUT = new RegExp(String.raw`\$?(\w{1,40})\s*=\s*[^;\n]{0,60}${INPUT}`, 'i');

/** A request's input handed to something that runs it, at once or through a variable. */
function runsInput(window: string): boolean {
  if (RUNS_INPUT.test(window)) return true;
  const [kept, name = ''] = KEPT_INPUT.exec(window) ?? [];
  if (kept === undefined) return false;
  return new RegExp(String.raw`${RUN}[^;\n]{0,60}\$?\b${name}\b`, 'i').test(window.slice(window.indexOf(kept) + kept.length));
}

/** Tools that are given a file's content, besides those that write by name. */
const PUTS_CONTENT = /(?:^|_)(?:upload|put|deploy|push|sync|transfer|store|provision|inject)(?:_|$)/;

let last: Readonly<{ file: string; entry: StartFiles | undefined }> = { file: '', entry: undefined };

/** The last answer is kept: a call's content and its other fields name one file. */
function entryOf(file: string): StartFiles | undefined {
  if (last.file !== file) last = { file, entry: startFileAt(plainPath(file)) };
  return last.entry;
}

/** What is written to a file from which programs are started. */
export const writtenToStartFiles: Analyser = {
  name: 'platform.written-to-start-files',
  rules: startFiles.map(({ rule }) => rule),
  roles: ['code', 'shell', 'powershell', 'cmd', 'prose', 'markup', 'value', 'secret'],
  literals: [],
  analyse(view) {
    const { text, place, budget } = view;
    if (place.file === '') return;
    const entry = entryOf(place.file);
    if (!entry || !(isWritten({ ...view, place: { ...place, field: '' } }) || PUTS_CONTENT.test(words(place.tool)))) return;
    budget.spend(8 * Math.min(text.length, 8_192));
    if (entry.always || isSuspectPayload(text) || (entry.rule.id === 'persistence.agent-instructions' && STANDING_ORDER.test(text.slice(0, 8_192)))) view.report(entry.rule, 0, text.length);
  },
};

/** A copy, move or download onto such a file. */
export const startFilesAsTargets: Analyser = {
  name: 'platform.start-files-as-targets',
  rules: startFiles.filter(({ always }) => always).map(({ rule }) => rule),
  roles: ['path'],
  literals: startFileLiterals,
  analyse(view) {
    const { text, budget } = view;
    if (text.length > 4_096 || !isWritten(view)) return;
    budget.spend(text.length * 4);
    const entry = startFileAt(plainPath(text));
    if (entry?.always) view.report(entry.rule, 0, text.length);
  },
};

/** A page that hands a request's input to something that runs it. */
export const webShells: Analyser = {
  name: 'platform.web-shells',
  rules: [webShellRule],
  roles: ['code', 'markup'],
  literals: ['$_get', '$_post', '$_request', '$_cookie', '$_server', '$_files', 'getparameter', 'request.form', 'request.querystring', 'request.item', 'request["', "request['", 'request(', 'php://input', 'req.query', 'request.args'],
  analyse(view: View) {
    const { text, hits, place, budget } = view;
    if (!/^(?:php\d?|phtml|phar|jspx?|aspx?|ashx|asmx|cfm|cgi|pl|war|inc)$/.test(place.language)) return;
    for (const { from, to } of windowsAround(hits, 160, 240)) {
      const window = text.slice(from, to);
      budget.spend(8 * window.length);
      if (runsInput(window)) view.report(webShellRule, from, Math.min(text.length, to));
    }
  },
};
