const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The bytes of base64 as characters of the same number, as far as the text is base64; the caller bounds its length. */
export function bytesAsText(encoded: string): string {
  let text = '';
  let [bits, held] = [0, 0];
  for (const character of encoded) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) break;
    bits = ((bits << 6) | value) & 0xff_ff_ff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    text += String.fromCharCode((bits >> held) & 0xff);
  }
  return text;
}
