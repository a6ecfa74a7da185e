/** Bits a character, from how often each occurs; 0 for an empty text. */
function entropy(text: string): number {
  const counts = new Map<number, number>();
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const isUuid = (text: string): boolean => text.length === 36 && UUID.test(text);

/** Whether a text of 16 or more characters looks drawn at random, and not like words, a path, a version or a counter. */
export function looksRandom(text: string): boolean {
  if (text.length < 16 || !/^[\w+/=.~!@#%^&*-]+$/.test(text)) return false;
  const digits = text.length - text.replace(/\d/g, '').length;
  if (digits === text.length) return false;
  if (/^[0-9a-fA-F]+$/.test(text)) return digits > 0 && entropy(text) > 2.9;
  if (entropy(text) < 3.3) return false;
  return !isWordy(text) && (digits > 0 ? true : text.length >= 20 && changesCase(text));
}

/** Identifiers and file names are made of words: runs of letters in one case, set off by signs, humps or a few digits. */
export function isWordy(text: string): boolean {
  const pieces = text.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/).filter((piece) => piece !== '');
  if (pieces.length === 0) return false;
  const lettersInWords = pieces.filter((piece) => piece.length >= 3 && /^[A-Z]?[a-z]+$|^[A-Z]+$/.test(piece) && hasVowels(piece)).join('').length;
  return lettersInWords >= 0.7 * text.replace(/[^A-Za-z0-9]/g, '').length;
}

const hasVowels = (word: string): boolean => {
  const vowels = word.replace(/[^aeiouyAEIOUY]/g, '').length;
  return vowels >= 1 && vowels / word.length >= 0.2 && vowels / word.length <= 0.75;
};

/** Words change case at their first letter only; random text does so everywhere. */
function changesCase(text: string): boolean {
  const changes = text.match(/[a-z][A-Z]|[A-Z][a-z]/g)?.length ?? 0;
  return changes >= text.length / 5;
}
