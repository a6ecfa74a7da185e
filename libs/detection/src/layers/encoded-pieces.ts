import { LETTERS_AND_DIGITS, Runs } from '../runs.ts';
import { MIN_HEX_RUN, MIN_RUN } from './traits.ts';

export type Piece = Readonly<{ text: string; encoding: 'base64' | 'hex'; start: number; end: number }>;

/** Fewer characters in a row are chance: bytes of a picture give a dozen printable ones once in a hundred thousand places. */
const MIN_TEXT = 12;

/** Readable runs kept of one piece. */
const MAX_RUNS = 64;

const utf8 = new TextDecoder();
const PRINTABLE = Uint8Array.from({ length: 256 }, (_byte, code) => (code >= 32 && code < 127) || code === 9 || code === 10 || code === 13 ? 1 : 0);

const runs = new Runs(`${LETTERS_AND_DIGITS}+/_-`, MIN_RUN);
/** The next line of digits. */
const NEXT_LINE = /\r?\n[ \t]{0,8}([A-Za-z0-9+/_-]+={0,2})/y;
const CAPITAL = /[A-Z]/;
const HEX_RUN = /[0-9A-Fa-f]{24,}/g;

const NO_DIGIT = 255;
const base64 = new Uint8Array(128).fill(NO_DIGIT);
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
for (let value = 0; value < digits.length; value += 1) base64[digits.charCodeAt(value)] = value;
base64['-'.charCodeAt(0)] = 62;
base64['_'.charCodeAt(0)] = 63;

/** The readable texts inside runs of base64 (plain or URL-safe, UTF-8 or UTF-16) and hex digits. */
export function encodedPieces(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  runs.each(text, (start, runEnd) => {
    const padded = paddingEnd(text, runEnd);
    const { run, end } = withFurtherLines(text, text.slice(start, padded), padded);
    if (CAPITAL.test(run)) for (const readable of readableBase64(run)) pieces.push({ text: readable, encoding: 'base64', start, end });
    if (run.length >= MIN_HEX_RUN) for (const [digits] of run.matchAll(HEX_RUN)) for (const readable of readableHex(digits)) pieces.push({ text: readable, encoding: 'hex', start, end });
    return end;
  });
  return pieces;
}

/** At most two equals signs. */
function paddingEnd(text: string, end: number): number {
  return text.startsWith('==', end) ? end + 2 : text.startsWith('=', end) ? end + 1 : end;
}

/** A run goes on in the lines below it where all but the last are as long as it is, in whole groups: so mail, `base64` and `openssl` write it. */
function withFurtherLines(text: string, first: string, end: number): Readonly<{ run: string; end: number }> {
  const lines = [first];
  let reached = end;
  for (let last = first; last.length === first.length && last.length % 4 === 0 && !last.endsWith('='); ) {
    NEXT_LINE.lastIndex = reached;
    const [all = '', line = ''] = NEXT_LINE.exec(text) ?? [];
    if (line === '' || line.length > first.length) break;
    lines.push(line);
    reached += all.length;
    last = line;
  }
  return { run: lines.length === 1 ? first : lines.join(''), end: reached };
}

/** Where the first digit of a group stands is known only if the run begins with it: what precedes it may look like digits too. */
function readableBase64(run: string): readonly string[] {
  for (let skipped = 0; skipped < 4; skipped += 1) {
    const found = readableIn(bytesOfBase64(run, skipped));
    if (found.length > 0) return found;
  }
  return [];
}

function bytesOfBase64(run: string, from: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(((run.length - from) * 3) / 4));
  let length = 0;
  let bits = 0;
  let held = 0;
  for (let at = from; at < run.length; at += 1) {
    const value = base64[run.charCodeAt(at)] ?? NO_DIGIT;
    if (value === NO_DIGIT) break;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[length] = (held >> bits) & 0xff;
    length += 1;
  }
  return bytes.subarray(0, length);
}

function readableHex(digits: string): readonly string[] {
  const from = digits.length % 2;
  const bytes = new Uint8Array((digits.length - from) / 2);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = (hexValue(digits.charCodeAt(from + 2 * at)) << 4) | hexValue(digits.charCodeAt(from + 2 * at + 1));
  return readableIn(bytes);
}

const hexValue = (code: number): number => (code <= 57 ? code - 48 : (code | 32) - 87);

/** All of the bytes when they are UTF-8 text; else the runs of printable ASCII in them, also those with a zero after every byte. */
function readableIn(bytes: Uint8Array): readonly string[] {
  const found = printableRuns(bytes);
  if (found.length > 0) return found;
  const narrow = narrowed(bytes);
  if (narrow) return printableRuns(narrow);
  const whole = bytes.length >= MIN_TEXT ? wholeText(bytes) : undefined;
  return whole === undefined ? [] : [whole];
}

function printableRuns(bytes: Uint8Array): readonly string[] {
  const found: string[] = [];
  let from = 0;
  for (let at = 0; at <= bytes.length; at += 1) {
    if (at < bytes.length && PRINTABLE[bytes[at] ?? 0] === 1) continue;
    if (at - from >= MIN_TEXT) {
      if (from === 0) {
        const whole = wholeText(bytes);
        if (whole !== undefined) return [whole];
      }
      found.push(utf8.decode(bytes.subarray(from, at)));
      if (found.length === MAX_RUNS) return found;
    }
    from = at + 1;
  }
  return found;
}

/** UTF-16 without its zeros, if most of every second byte is one. */
function narrowed(bytes: Uint8Array): Uint8Array | undefined {
  let zeros = 0;
  for (let at = 1; at < bytes.length; at += 2) if (bytes[at] === 0) zeros += 1;
  return zeros > bytes.length / 4 ? bytes.filter((_byte, at) => at % 2 === 0) : undefined;
}

function wholeText(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? utf8.decode(bytes) : undefined;
}

/** Decoding costs far more than this look, and chance bytes fail it soon. */
function isUtf8(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] ?? 0;
    const more = byte < 0x80 ? 0 : byte >= 0xc2 && byte < 0xe0 ? 1 : byte >= 0xe0 && byte < 0xf0 ? 2 : byte >= 0xf0 && byte < 0xf5 ? 3 : -1;
    if (more < 0 || (byte < 32 && PRINTABLE[byte] === 0)) return false;
    for (let next = 1; next <= more; next += 1) if (((bytes[at + next] ?? 0) & 0xc0) !== 0x80) return false;
    at += 1 + more;
  }
  return true;
}
