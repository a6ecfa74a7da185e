import type { Budget } from '../budget.ts';
import type { Written } from './json-text.ts';
import { Offsets } from './offsets.ts';

/** What a patch writes to one file: the lines it adds. */
export type PatchedFile = Readonly<{ file: string; text: string; written: Written }>;

/** A header and a line. */
const MIN_LENGTH = 16;
const BEGINNINGS = 'dIF';
const MAX_FILES = 2_048;
const FIRST = /\s*(?:\*\*\* |diff |--- |Index: |From [0-9a-f]{40} )/y;
/** The file of what follows: of a unified diff, or of the patches that models write. */
const HEADER = /^(?:\+\+\+ (?:b\/|"b\/)?|\*\*\* (?:Add|Update) File: )([^\t\r\n]{1,512})/;

/** Whether a text begins as a patch does. Cheap for any other text. */
export function mayBePatch(text: string): boolean {
  if (text.length < MIN_LENGTH || !(text.charCodeAt(0) <= 45 || BEGINNINGS.includes(text.charAt(0)))) return false;
  FIRST.lastIndex = 0;
  return FIRST.test(text);
}

/** The files that a patch adds lines to. */
export function readPatch(text: string, budget: Budget): readonly PatchedFile[] {
  budget.spend(2 * text.length);
  const files: PatchedFile[] = [];
  let [file, added, offsets] = ['', '', new Offsets()];
  const close = (): void => {
    if (added !== '' && file !== '') {
      const { begin, end } = bound(offsets);
      files.push({ file, text: added, written: { begin, end } });
    }
    [added, offsets] = ['', new Offsets()];
  };
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline + 1;
    const sign = text.charAt(at);
    const header = sign === '+' || sign === '*' ? HEADER.exec(text.slice(at, Math.min(end, at + 600))) : null;
    if (header) {
      close();
      if (files.length === MAX_FILES) {
        budget.leaveUnread();
        return files;
      }
      file = header[1]?.trim() ?? '';
    } else if (sign === '+') {
      offsets.mark(added.length, at + 1);
      added += text.slice(at + 1, end);
      offsets.mark(added.length, end);
    }
    at = end;
  }
  close();
  return files;
}

const bound = (offsets: Offsets): Written => ({ begin: (at) => offsets.begin(at), end: (at) => offsets.end(at) });
