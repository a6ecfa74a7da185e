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

export const isWritten = ({ place }: View): boolean => WRITTEN_FIELD.test(place.field) || isWritingTool(words(place.tool));
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
