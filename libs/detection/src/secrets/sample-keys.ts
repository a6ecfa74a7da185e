/**
 * Examples of rules need keys that look real and are none, and no secret scanner shall take for one: they are put together here, from a prefix and
 * characters of a small congruential generator. The same call gives the same text.
 */
export function filler(length: number, alphabet: string = LETTERS_AND_DIGITS, seed = 11): string {
  let state = seed;
  let text = '';
  while (text.length < length) {
    state = (state * 48_271 + 11) % 2_147_483_647;
    text += alphabet.charAt(Math.floor(state / 64) % alphabet.length);
  }
  return text;
}

export const DIGITS = '0123456789';
export const HEX = '0123456789abcdef';
export const LOWER_AND_DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789';
export const UPPER_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
export const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
