import { call, ruleOf } from '../examples.ts';
import type { Analyser, View } from '../../rule.ts';
import { words } from '../../tool-reading.ts';
import { plainPath } from './plain-path.ts';
import { type SecretFiles, secretFileAt, secretFileLiterals, secretFiles } from './secret-files.ts';

/** Longest text taken for a path as a whole. */
const MAX_PATH = 4_096;

const WRITING_TOOL = /^(?:write|create|save|append|edit|update|modify|patch|put|str_replace|insert|replace|touch|mkdir|set|multi_edit|apply)(?:_|$)|_(?:write|edit|create|append|editor|save|apply|replace)(?:_|$)/;
/** What is made there is no file, whatever it is about. */
const RECORD_TOOL = /(?:^|_)(?:ticket|issue|note|comment|message|event|reminder|incident|alert|page|post|task|todo|review|email|memo|bookmark)s?(?:_|$)/;
const WRITTEN_FIELD = /^(?:dest(?:ination)?|target|to|save_as|output|out|new_path|output_path|destination_path)$/;
/** Tools whose `name` or `key` is a file’s. */
const READS_FILES = /(?:^|_)(?:open|read|view|cat|get|load|download|fetch|show|print|tail|head|attach|send|upload|copy)_(?:\w{1,20}_)?(?:file|document|content|attachment)s?(?:_|$)/;
const PATTERN_FIELD = /(?:^|_)(?:pattern|query|regex|glob|ignore|exclude|include|search|name|key|topic|title|subject)s?(?:_|$)/;

/** One tool for all that is done with a file: which of it, a field beside the path says. */
const readsBySwitch = (beside: View['place']['beside']): boolean => beside !== undefined && ['command', 'action', 'operation', 'mode', 'op'].some((key) => typeof beside[key] === 'string' && /^(?:view|read|open|cat|get|show|r|read_file)$/i.test(beside[key]));
export const isWritten = ({ place }: View): boolean => WRITTEN_FIELD.test(place.field) || (isWritingTool(words(place.tool)) && !readsBySwitch(place.beside));
const isWritingTool = (tool: string): boolean => WRITING_TOOL.test(tool) && !RECORD_TOOL.test(tool);

/** Fields that name a file: the whole text is a path, or a URL's parameter is. */
export const secretFilesInArguments: Analyser = {
  name: 'platform.secret-files-in-arguments',
  rules: secretFiles.map(({ rule }) => rule),
  roles: ['path', 'value', 'markup', 'address', 'prose', 'url', 'host'],
  literals: secretFileLiterals,
  analyse(view) {
    const { text, place, budget } = view;
    if (place.role === 'url') {
      parametersOf(view);
      return;
    }
    if (text.length > MAX_PATH || (place.role !== 'path' && !looksLikePath(view))) return;
    budget.spend(text.length * 4);
    tell(view, secretFileAt(plainPath(text)), 0, text.length);
  },
};

function parametersOf(view: View): void {
  const { text, hits, budget } = view;
  if (/^(?:file:|[a-z]:[\\/]|~?\/(?!\/))/i.test(text)) return tell(view, secretFileAt(plainPath(text.slice(0, MAX_PATH))), 0, text.length);
  // An object in a store, or a file of another machine.
  if (/^(?:s3|gs|az|abfss?|wasbs?|oss|cos|r2|b2|minio|sftp|ftps?|smb|scp|ssh|adb|view-source:file):\/\//i.test(text)) return tell(view, secretFileAt(plainPath(text.slice(0, MAX_PATH).replace(/^[a-z0-9:-]+:\/\/[^/]*/i, ''))), 0, text.length);
  let reached = -1;
  for (const hit of hits.slice(0, 16)) {
    if (hit < reached) continue;
    const start = text.lastIndexOf('=', hit) + 1;
    const end = endOf(text, hit, /[&\s"'<>;]/g);
    if (start === 0 || hit - start > 512 || end - start > MAX_PATH) continue;
    budget.spend((end - start) * 4);
    tell(view, secretFileAt(plainPath(text.slice(start, end))), start, end);
    reached = end;
  }
}

function tell(view: View, found: SecretFiles | undefined, start: number, end: number): void {
  if (found && !(found.mayBeWritten && isWritten(view))) view.report(found.rule, start, end);
}

const secretSearch = ruleOf(
  'files.secret-search', 'sensitive_file_access', 'high', 'a search tool that looks for keys, passwords or wallets in homes or in the whole system', call('search_files', { path: '/', pattern: 'id_rsa*' }), call('search_files', { path: 'src', pattern: 'id_rsa*' }), 'MITRE ATT&CK T1552.001, T1552.004',
);
const SEARCHES = /(?:^|_)(?:grep|ripgrep|rg|glob|find|search|locate|list)(?:_|$)/;
const SOUGHT = /(?:^|[/*.|({\s"'])(?:id_(?:rsa|dsa|ecdsa|ed25519|\*)|[\w.*-]{0,20}\.(?:kdbx|pfx|p12|ppk|ovpn|pem|key|env|tfstate)|wallet\.dat|shadow|\.?(?:aws\/)?credentials?|\.?git-credentials|\.?netrc|\.?pgpass|\.?ssh|\.?aws|passw(?:or)?ds?|secrets?|AKIA|BEGIN (?:RSA|EC|OPENSSH|DSA|PGP)|PRIVATE KEY)(?![a-z0-9_-]*\.(?:ts|js|py|go|md))/i;
const WHOLE = /^(?:\/(?:home|root|users|etc|var|opt|srv|mnt|private)?\/?|~\/?|\$\{?HOME\}?\/?|[a-z]:[\\/]?(?:users[\\/]?)?|\/home\/[^/]{1,40}\/?|\/Users\/[^/]{1,40}\/?)(?:\*{1,2}\/?)?$/i;
const ROOTS = ['path', 'directory', 'dir', 'root', 'cwd', 'base', 'base_path', 'basePath', 'folder', 'start', 'location', 'include_path', 'search_path', 'searchPath'];

/** `{path: "/", pattern: "id_rsa*"}`, or a pattern that begins at the root. */
export const secretSearches: Analyser = {
  name: 'platform.secret-searches',
  rules: [secretSearch],
  roles: ['value', 'path', 'prose', 'sql'],
  literals: ['id_rsa', 'id_dsa', 'id_ecdsa', 'id_ed25519', 'id_*', '.kdbx', '.pfx', '.p12', '.ppk', '.ovpn', '.pem', '.env', '.tfstate', 'wallet.dat', 'shadow', 'credential', '.netrc', '.pgpass', '.ssh', '.aws', 'passw', 'secret', 'akia', 'begin rsa', 'private key'],
  analyse(view) {
    const { text, place, budget } = view;
    if (text.length > 200 || !PATTERN_FIELD.test(place.field) || !SEARCHES.test(words(place.tool))) return;
    budget.spend(text.length * 4);
    if (!SOUGHT.test(text)) return;
    const rooted = /^(?:\/(?:home|root|Users|etc)?\/?\*|~\/)/.test(text) && !/^~\/[\w.-]{1,40}\/[\w.-]{1,40}\//.test(text);
    if (rooted || ROOTS.some((key) => typeof place.beside?.[key] === 'string' && WHOLE.test(place.beside[key]))) view.report(secretSearch, 0, text.length);
  },
};

/** In fields that may hold anything, only what can hardly be anything but a path: rooted, or a dot file. */
function looksLikePath({ text, place }: View): boolean {
  if (text.length > 300 || (PATTERN_FIELD.test(place.field) && !(/^(?:\w{1,20}_)?(?:name|key)$/.test(place.field) && READS_FILES.test(words(place.tool))))) return false;
  if (/^\s*(?:[a-z]:[\\/]|\\\\|file:)[^\n<>{}|]*$/i.test(text)) return true;
  return /^\s*(?:\/|~|\.|%|\\|\?)[^\s<>{}|]*\s*$/.test(text) && /[/\\]|^\s*\.|%u/.test(text);
}

export function endOf(text: string, from: number, stop: RegExp): number {
  stop.lastIndex = from;
  return stop.exec(text)?.index ?? text.length;
}
