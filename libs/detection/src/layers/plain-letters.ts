/** Letters of other scripts that look like ASCII ones, and punctuation that NFKC keeps apart. Source: Unicode TR 39, confusables (a selection). */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  [
    ['аɑα', 'a'], ['ЬƄ', 'b'], ['сϲⅽ', 'c'], ['ԁɗ', 'd'], ['еҽєε', 'e'], ['ғƒ', 'f'], ['ɡց', 'g'], ['һհ', 'h'], ['іıɩι', 'i'], ['јϳ', 'j'], ['кκ', 'k'],
    ['ӏⅼǀ', 'l'], ['мʍ', 'm'], ['ոпηɴ', 'n'], ['оοօσ', 'o'], ['рρ', 'p'], ['ԛգ', 'q'], ['гᴦ', 'r'], ['ѕƽ', 's'], ['тτ', 't'], ['υսʋ', 'u'], ['ѵνᴠ', 'v'],
    ['ԝѡω', 'w'], ['хχ', 'x'], ['уγү', 'y'], ['ᴢʐ', 'z'], ['АΑ', 'A'], ['ВΒ', 'B'], ['СϹ', 'C'], ['ЕΕ', 'E'], ['Ғ', 'F'], ['Ԍ', 'G'], ['НΗ', 'H'], ['ІΙ', 'I'],
    ['Ј', 'J'], ['КΚ', 'K'], ['Ꮮ', 'L'], ['МΜ', 'M'], ['Νꓠ', 'N'], ['ОΟ', 'O'], ['РΡ', 'P'], ['Ԛ', 'Q'], ['Ꭱ', 'R'], ['Ѕ', 'S'], ['ТΤ', 'T'], ['Ս', 'U'], ['Ѵ', 'V'],
    ['Ԝ', 'W'], ['ХΧ', 'X'], ['УΥ', 'Y'], ['ΖᏃ', 'Z'],
  ].flatMap(([letters = '', plain = '']) => Array.from(letters, (letter): [string, string] => [letter, plain])),
);

const PUNCTUATION: ReadonlyMap<string, string> = new Map(
  [
    ['‘’‚‛ʹʼ′', "'"], ['“”„‟″', '"'], ['‐‑‒–—―−', '-'], ['∕⁄⧸', '/'], ['⧵∖', '\\'], ['。', '.'], ['∣ǀ', '|'], ['：∶', ':'], ['؛', ';'], ['﹤‹', '<'], ['›', '>'], ['﹒', '.'],
  ].flatMap(([marks = '', plain = '']) => Array.from(marks, (mark): [string, string] => [mark, plain])),
);

const INVISIBLE = /^[\p{Default_Ignorable_Code_Point}\p{Cf}]$/u;

const remembered = new Map<string, string>();
const MAX_REMEMBERED = 8_192;

/**
 * A run of non-ASCII characters as plain as it gets: NFKC, no invisible characters, punctuation in ASCII; letters of other scripts that look like
 * ASCII ones are replaced only `amongLatin`: beside ASCII letters, where nobody writes them honestly.
 */
export function plainLetters(run: string, amongLatin: boolean): string {
  let plain = '';
  for (const character of run) {
    const form = formOf(character);
    plain += amongLatin ? (LOOK_ALIKES.get(form) ?? form) : form;
  }
  return plain;
}

function formOf(character: string): string {
  const known = remembered.get(character);
  if (known !== undefined) return known;
  const form = INVISIBLE.test(character) ? '' : (PUNCTUATION.get(character) ?? character.normalize('NFKC'));
  if (remembered.size < MAX_REMEMBERED) remembered.set(character, form);
  return form;
}
