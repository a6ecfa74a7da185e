const SHORT = 24;
const FIRST_ROOM = 1 << 16;
const bigEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

let held = '';
let bytes = Buffer.alloc(0);
let codes = new Uint16Array(0);
makeRoom(FIRST_ROOM);

/**
 * A text's UTF-16 code units as numbers in memory, from 0 to below `text.length`; what stands behind them means nothing. One copy and reading it a few times costs a third of as many
 * `charCodeAt`; asking again for the same text costs nothing. Holds until the next call: whoever asks reads at once and keeps nothing.
 */
export function codesOf(text: string): Uint16Array {
  const same = text === held;
  // Also where it is the same: comparing two strings of one content costs their length each time, a string with itself nothing.
  held = text;
  if (same) return codes;
  const { length } = text;
  if (length > codes.length) makeRoom(length);
  if (length < SHORT) for (let at = 0; at < length; at += 1) codes[at] = text.charCodeAt(at);
  else {
    bytes.write(text, 'utf16le');
    if (bigEndian) bytes.subarray(0, 2 * length).swap16();
  }
  return codes;
}

function makeRoom(length: number): void {
  bytes = Buffer.alloc(2 * length);
  codes = new Uint16Array(bytes.buffer, bytes.byteOffset, length);
}
