import { MIN_RUN } from './traits.ts';

export type Piece = Readonly<{ text: string; encoding: 'base64' | 'hex'; start: number; end: number }>;

/** Fewer characters in a row are chance: bytes of a picture give a dozen printable ones once in a hundred thousand places. */
const MIN_TEXT = 12;
const MIN_HEX_RUN = 24;

const RUN = /[A-Za-z0-9+/_-]{16,}={0,2}/g;
const HEX_RUN = /[0-9A-Fa-f]{24,}/g;

const NO_DIGIT = 255;
const base64 = new Uint8Array(128).fill(NO_DIGIT);
for (const [value, character] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) base64[character.charCodeAt(0)] = value;
base64['-'.charCodeAt(0)] = 62;
base64['_'.charCodeAt(0)] = 63;

/** The readable texts inside runs of base64 (plain or URL-safe, UTF-8 or UTF-16) and hex digits. */
export function encodedPieces(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  RUN.lastIndex = 0;
  for (let match = RUN.exec(text); match; match = RUN.exec(text)) {
    const [run] = match;
    const start = match.index;
    if (run.length < MIN_RUN) continue;
    const end = start + run.length;
    for (const readable of readableBase64(run)) pieces.push({ text: readable, encoding: 'base64', start, end });
    if (run.length < MIN_HEX_RUN) continue;
    for (const [digits] of run.matchAll(HEX_RUN)) for (const readable of readableHex(digits)) pieces.push({ text: readable, encoding: 'hex', start, end });
  }
  return pieces;
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
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = Number.parseInt(digits.slice(from + 2 * at, from + 2 * at + 2), 16);
  return readableIn(bytes);
}

/** All of the bytes when they are UTF-8 text; else the runs of printable ASCII in them, also those with a zero after every byte. */
function readableIn(bytes: Uint8Array): readonly string[] {
  const found: string[] = [];
  for (const step of [1, 2]) {
    let run = '';
    let from = 0;
    for (let at = 0; at < bytes.length; at += step) {
      const byte = bytes[at] ?? 0;
      const printable = ((byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13) && (step === 1 || bytes[at + 1] === 0 || at + 1 === bytes.length);
      if (printable) {
        if (run === '') from = at;
        run += String.fromCharCode(byte);
        continue;
      }
      if (run.length >= MIN_TEXT) found.push(step === 1 && from === 0 ? wholeText(bytes) ?? run : run);
      run = '';
      if (found.length > 64) return found;
    }
    if (run.length >= MIN_TEXT) found.push(run);
    if (found.length > 0) return found;
  }
  const whole = bytes.length >= MIN_TEXT && (bytes[0] ?? 0) >= 0xc3 ? wholeText(bytes) : undefined;
  return whole === undefined ? [] : [whole];
}

function wholeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
