/** A way of writing a path that only makes sense to get past a filter. */
export type Trick =
  | 'encoded-dots'
  | 'encoded-separator'
  | 'double-encoded'
  | 'overlong'
  | 'wide'
  | 'hex-written'
  | 'control-character'
  | 'folded'
  /** A question mark where a character could not be converted. */
  | 'unconverted';

type DecodedPath = Readonly<{ text: string; tricks: ReadonlySet<Trick> }>;

const ROUNDS = 4;

/** Everything a path may hide a dot or a separator in; each alternative has a fixed or short length. */
const ENCODED =
  /%?%c([01])(?:%?((?<=%)[0-9a-z]{2}|ae|af|9c)|([./\\]))|%(?:e0%[48]0|f0%80%80|f8%80%80%80|fc%80%80%80%80)%([0-9a-f]{2})|%bg%qf|%u([0-9a-f]{4})|%%([3-7][0-9a-f])%%([3-7][0-9a-f])|%([0-9a-f]{2})|0x(2e|2f|5c)|[．․。／∕⁄＼∖]/gi;

const LOOKALIKES: Readonly<Record<string, string>> = { '．': '.', '․': '.', '。': '.', '／': '/', '∕': '/', '⁄': '/', '＼': '\\', '∖': '\\', '\uefc8': '/', '\uf025': '/' };

/** What file APIs and careless servers make of a path: percent signs (also twice), overlong UTF-8, `%u` escapes, look-alike characters. */
export function decodePath(text: string): DecodedPath {
  const tricks = new Set<Trick>();
  let decoded = text;
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = decoded.replace(ENCODED, (...groups) => decodeOne(groups as Groups, round, tricks));
    if (next === decoded) break;
    decoded = next;
  }
  return { text: decoded, tricks };
}

type Groups = [string, string?, string?, string?, string?, string?, string?, string?, string?, string?];

function decodeOne([all, lead, trail, bare, longTrail, wide, high, low, plain, hex]: Groups, round: number, tricks: Set<Trick>): string {
  if (lead !== undefined) return overlongPair(all, lead, trail, bare, tricks);
  if (longTrail !== undefined) return told(tricks, 'overlong', String.fromCharCode(Number.parseInt(longTrail, 16) & 0x3f));
  if (all.toLowerCase() === '%bg%qf') return told(tricks, 'overlong', '/');
  if (wide !== undefined) return wideOf(String.fromCharCode(Number.parseInt(wide, 16)), tricks);
  if (high !== undefined && low !== undefined) return told(tricks, 'double-encoded', `%${ascii(high)}${ascii(low)}`);
  if (hex !== undefined) return told(tricks, 'hex-written', ascii(hex));
  if (plain !== undefined) return percent(plain, round, tricks);
  return told(tricks, 'folded', LOOKALIKES[all] ?? all);
}

/** Lead bytes C0 and C1 stand in no valid UTF-8; lenient decoders take what follows for the low bits. */
function overlongPair(all: string, lead: string, trail: string | undefined, bare: string | undefined, tricks: Set<Trick>): string {
  const character = bare ?? overlongCharacter(lead, trail ?? '');
  return character === undefined ? all : told(tricks, 'overlong', character);
}

function overlongCharacter(lead: string, trail: string): string | undefined {
  if (!/^[0-9a-f]{2}$/i.test(trail)) return '/';
  const byte = Number.parseInt(trail, 16);
  const code = (Number(lead) << 6) | (byte & 0x3f);
  if (code === 0x2e || code === 0x2f || code === 0x5c) return String.fromCharCode(code);
  if (lead === '0' && (byte === 0x5c || byte === 0x9c)) return '\\';
  if (lead === '0' && (byte === 0x5e || byte === 0xfe)) return '.';
  return lead === '1' && byte === 0xaf ? '/' : undefined;
}

function wideOf(character: string, tricks: Set<Trick>): string {
  const folded = LOOKALIKES[character] ?? character;
  return /[./\\]/.test(folded) ? told(tricks, 'wide', folded) : folded;
}

function percent(digits: string, round: number, tricks: Set<Trick>): string {
  const character = ascii(digits);
  if (round > 0 && /[./\\]/.test(character)) tricks.add('double-encoded');
  if (character === '.') tricks.add('encoded-dots');
  if (character === '/' || character === '\\') tricks.add('encoded-separator');
  return character;
}

const ascii = (digits: string): string => String.fromCharCode(Number.parseInt(digits, 16));

function told(tricks: Set<Trick>, trick: Trick, text: string): string {
  tricks.add(trick);
  return text;
}
