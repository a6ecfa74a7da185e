const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES: ReadonlyMap<string, number> = new Map(Array.from(ALPHABET, (character, value) => [character, value]));
const MAX_LENGTH = 32_768;

/** Text that was written as UTF-16 and then as base64, as PowerShell takes it; undefined where it is no such text. */
export function utf16OfBase64(encoded: string): string | undefined {
  const bytes: number[] = [];
  let [bits, held] = [0, 0];
  for (const character of encoded.slice(0, MAX_LENGTH)) {
    const value = VALUES.get(character);
    if (value === undefined) break;
    bits = ((bits << 6) | value) & 0xff_ff_ff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes.push((bits >> held) & 0xff);
  }
  if (bytes.length < 4) return undefined;
  let text = '';
  let plain = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    const unit = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    if (unit >= 9 && unit < 127) plain += 1;
    text += String.fromCharCode(unit);
  }
  return plain * 2 > text.length ? text : undefined;
}
