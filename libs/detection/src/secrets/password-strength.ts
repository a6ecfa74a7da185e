import { isPlaceholder, isTrivialPassword } from './placeholders.ts';
import { isUuid, isWordy } from './randomness.ts';

const GUESSABLE = /passw|passwort|secret|test|example|demo|admin|qwerty|letmein|welcome|1234|default|local|postgres|mysql|oracle|root|changeme|my-?pw|foobar/i;
const OF_MANUALS = /passw|passwort|secret|example|changeme|my-?pw|foobar|your/i;
/** Addresses, hosts with ports, versions, dates, colours, files, modules, attributes, calls. */
const SOMETHING_ELSE =
  /^[\w.+-]+@[\w-]+\.|^\d[\d.:/-]*$|^v?\d+\.\d|^#?[0-9a-f]{6}$|^[\w./\\-]+\.(?:com|org|net|io|local|internal|ya?ml|json|txt|sql|gz|zip|js|ts|py|sh|xml|conf|pem|key|crt|cnf|exe)$|^[\w.-]+:\d+|^(?:[a-z_$][\w$]*\.)+[a-z_$][\w$]*$|^-{1,2}[a-z]|^[/\\~]|[()[\]{}]$/i;
const ODD_PAIRS = /q(?!u)|[vjxz][bcdfghjklmnpqrstvwxz]|[bcdfgkmpqtvwz]x|[hjkvwxz][qjvxzfgp]|[bcdfghjklmnpqrstvwxz]{4}/gi;

/** How many of lower case, upper case, digits and signs occur. */
export const kindsIn = (text: string): number => [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(text)).length;

/** Letters in an order that no language and no name has: `vzihlaquknriqlht`, `XQOZaaynmWaxqU`. */
export function isUnspeakable(letters: string): boolean {
  const odd = letters.match(ODD_PAIRS)?.length ?? 0;
  const humps = letters.match(/[a-z][A-Z]/g)?.length ?? 0;
  return odd >= 2 || (/[a-z]/.test(letters) && (letters.match(/[A-Z]/g)?.length ?? 0) >= 2 && humps >= 1 && odd + humps >= 2 && !isWordy(letters));
}

/**
 * Where the place itself says that a password stands there (an option, an argument, a statement): whether it is one that somebody uses, and not a
 * word, a variable or the example of a manual.
 */
export function isUsedPassword(text: string): boolean {
  if (text.length < 6 || text.length > 128 || /\s/.test(text) || SOMETHING_ELSE.test(text) || isUuid(text) || isTrivialPassword(text) || isPlaceholder(text)) return false;
  const kinds = kindsIn(text);
  if (OF_MANUALS.test(text) && isMadeOfWords(text)) return false;
  if (/\d/.test(text)) return /[A-Za-z]/.test(text) && (kinds >= 3 || !GUESSABLE.test(text)) && (kinds >= 3 || text.length >= 8) && !/^[A-Z]?[a-z]+\d$/.test(text);
  if (/^[A-Za-z]+$/.test(text)) return text.length >= 10 && isUnspeakable(text);
  return kinds >= 3 && text.length >= 8 && !isMadeOfWords(text);
}

/** So mixed that no sentence, name, version or date has it: told by a word for passwords with nothing but a blank between. */
export function isStrongWord(text: string): boolean {
  if (text.length < 8 || text.length > 60 || SOMETHING_ELSE.test(text) || isPlaceholder(text) || isTrivialPassword(text) || !/[a-z]/.test(text) || isMadeOfWords(text)) return false;
  return /\d/.test(text) && /[A-Z]/.test(text) ? /[^A-Za-z0-9.]/.test(text) || /[a-z]\d[a-zA-Z]|\d[a-z]+\d|[a-z][A-Z]/.test(text) : /[!@#$%^&*?+=~_-]/.test(text) && kindsIn(text) >= 3;
}

/** `Sign-In`, `getPassword!`, `OAuth2-Token`, `Base64-encoded`: a sign at a seam, a capital or a number behind a word makes no password. */
export const isMadeOfWords = (text: string): boolean => !/[@#$%^&*~=]|[!?]./.test(text) && text.split(/[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])/).every(isWordOrNumber);
const isWordOrNumber = (piece: string): boolean => /^(?:O?[A-Z]?[a-z]{1,20}|[A-Z]{2,8}|)\d{0,6}$/.test(piece) && (piece.length < 4 || isWordy(piece.replace(/\d+$/, '')) || /^[A-Z]*\d*$/.test(piece));
