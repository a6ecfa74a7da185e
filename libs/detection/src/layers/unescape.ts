import { entityOf } from './entities.ts';
import { Offsets } from './offsets.ts';
import { plainLetters } from './plain-letters.ts';

type Unescaped = Readonly<{
  text: string;
  /** Names of the encodings undone. */
  kinds: readonly string[];
  offsets: Pick<Offsets, 'begin' | 'end'>;
  /** What Unicode tag characters spell: nobody sees it, models read it. */
  hidden: readonly Readonly<{ text: string; start: number; end: number }>[];
}>;

// One alternative per encoding; each takes a run without overlap with the others, so the search is linear.
const ESCAPES = new RegExp(
  [
    '(?<percent>(?:%[0-9a-f]{2})+)',
    '(?<wide>%u[0-9a-f]{4})',
    '&(?<entity>#x0*[0-9a-f]{1,6}|#0*[0-9]{1,7}|[lg]t|[a-z]{2,8});?',
    '\\\\u\\{(?<braced>[0-9a-f]{1,6})\\}',
    '\\\\u(?<short>[0-9a-f]{4})',
    '(?<bytes>(?:\\\\x[0-9a-f]{2})+)',
    '(?<beyond>[^\\x00-\\x7f]+)',
    '(?<controls>[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]+)',
  ].join('|'),
  'gi',
);

/** All escapes undone once: percent, `%u`, character references, `\u`, `\x`, look-alike and invisible characters. Undefined: there was nothing to undo. */
export function unescaped(text: string): Unescaped | undefined {
  const offsets = new Offsets();
  const kinds = new Set<string>();
  const hidden: { text: string; start: number; end: number }[] = [];
  let out = '';
  let reached = 0;
  ESCAPES.lastIndex = 0;
  for (let match = ESCAPES.exec(text); match; match = ESCAPES.exec(text)) {
    const [escape] = match;
    const groups = match.groups ?? {};
    const [kind, plain] = plainOf(text, match.index, escape, groups);
    if (groups['beyond'] !== undefined) {
      const tags = tagText(escape);
      if (tags.length >= 4) hidden.push({ text: tags, start: match.index, end: match.index + escape.length });
    }
    if (plain === escape) continue;
    kinds.add(kind);
    out += text.slice(reached, match.index);
    // Where one character stands for one, places inside the run stay exact.
    if (plain.length !== escape.length) {
      // Of bytes that are ASCII each is a character.
      const each = groups['percent'] !== undefined ? 3 : groups['bytes'] !== undefined ? 4 : 0;
      const exact = plain.length * each === escape.length;
      for (let at = 0; at < (exact ? plain.length : 1); at += 1) offsets.mark(out.length + at, match.index + at * each);
      out += plain;
      offsets.mark(out.length, match.index + escape.length);
    } else out += plain;
    reached = match.index + escape.length;
  }
  if (kinds.size === 0) return hidden.length > 0 ? { text, kinds: [], offsets, hidden } : undefined;
  out += text.slice(reached);
  // In form encoding a blank is a plus sign.
  const form = kinds.has('percent') && !/\s/.test(text) ? out.replaceAll('+', ' ') : out;
  return { text: form, kinds: [...kinds], offsets, hidden };
}

function plainOf(text: string, at: number, escape: string, groups: Readonly<Record<string, string | undefined>>): readonly [kind: string, plain: string] {
  if (groups['percent'] !== undefined) return ['percent', bytesOf(escape.slice(1).split('%'))];
  if (groups['wide'] !== undefined) return ['percent', String.fromCharCode(Number.parseInt(escape.slice(2), 16))];
  if (groups['entity'] !== undefined) return ['character references', entityOf(groups['entity']) ?? escape];
  const point = groups['braced'] ?? groups['short'];
  if (point !== undefined) return ['unicode escapes', characterOf(Number.parseInt(point, 16)) ?? escape];
  if (groups['bytes'] !== undefined) return ['hex escapes', bytesOf(escape.slice(2).split(/\\x/i))];
  if (groups['controls'] !== undefined) return ['control characters', ''];
  return ['look-alike characters', plainLetters(escape, isLetter(text.charCodeAt(at - 1)) || isLetter(text.charCodeAt(at + escape.length)))];
}

/** Bytes that are no UTF-8 become U+FFFD, so that what stands around them is still found. */
function bytesOf(hex: readonly string[]): string {
  return new TextDecoder().decode(Uint8Array.from(hex, (digits) => Number.parseInt(digits, 16)));
}

const characterOf = (point: number): string | undefined => (point <= 0x10ffff ? String.fromCodePoint(point) : undefined);
const isLetter = (code: number): boolean => (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

/** U+E0020..U+E007E spell ASCII. */
function tagText(run: string): string {
  let spelt = '';
  for (const character of run) {
    const point = character.codePointAt(0) ?? 0;
    if (point >= 0xe0020 && point <= 0xe007e) spelt += String.fromCharCode(point - 0xe0000);
  }
  return spelt;
}
