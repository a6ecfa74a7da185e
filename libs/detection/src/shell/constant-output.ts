import type { Command } from './command.ts';

const MAX_OUTPUT = 65_536;
const MAX_PIPES = 6;

/** What a command writes when that can be told: `echo`, `printf`, `cat` of a here-document, and decoders that read such text. */
export function constantOutput(command: Command, pipes = 0): string | undefined {
  const { name, args } = command;
  if (pipes > MAX_PIPES) return undefined;
  if (name === 'echo') return echoed(command);
  if (name === 'printf') return printed(command);
  const decode = DECODERS[name];
  if (!decode) return undefined;
  const input = command.input && !command.input.dynamic ? command.input.text : command.pipedFrom && constantOutput(command.pipedFrom, pipes + 1);
  if (input === undefined || input.length > MAX_OUTPUT) return undefined;
  return decode(
    input,
    args.map(({ text }) => text),
  );
}

const DECODERS: Readonly<Record<string, ((input: string, args: readonly string[]) => string | undefined) | undefined>> = {
  __proto__: null as never,
  cat: (input, args) => (args.every((arg) => arg === '-') ? input : undefined),
  tee: (input) => input,
  base64: (input, args) => (args.some((arg) => /^(?:-[a-z]*[dD][a-z]*|--d(?:ecode)?)$/.test(arg)) ? fromBase64(input) : undefined),
  openssl: (input, args) => (args.includes('-d') && args.some((arg) => /^-?(?:base64|a)$/.test(arg)) ? fromBase64(input) : undefined),
  xxd: (input, args) => (args.some((arg) => /^-[a-z]*r/.test(arg)) ? fromHex(input) : undefined),
  rev: (input) => input.split('\n').map((line) => Array.from(line).reverse().join('')).join('\n'),
  tr: (input, [from, to]) => (from === undefined || to === undefined ? undefined : translated(input, from, to)),
};

function echoed({ args }: Command): string | undefined {
  let first = 0;
  let escapes = false;
  for (let flag = args[first]?.text; flag !== undefined && /^-[neE]+$/.test(flag); flag = args[first]?.text) {
    escapes ||= flag.includes('e');
    first += 1;
  }
  const words = args.slice(first);
  if (words.some(({ dynamic }) => dynamic)) return undefined;
  const text = words.map((word) => word.text).join(' ');
  return escapes ? unescaped(text) : text;
}

function printed({ args }: Command): string | undefined {
  const [format, ...values] = args[0]?.text === '--' ? args.slice(1) : args;
  if (!format || args.some(({ dynamic }) => dynamic)) return undefined;
  let next = 0;
  return unescaped(format.text).replace(/%(?:%|[sb])/g, (verb) => (verb === '%%' ? '%' : (values[next++]?.text ?? '')));
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', e: '\x1b', E: '\x1b', f: '\f', v: '\v', '\\': '\\', "'": "'", '"': '"', '?': '?' };

/** Escapes of `$'…'`, `echo -e` and `printf`. */
export const unescaped = (text: string): string =>
  text.includes('\\')
    ? text.replace(/\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|(0?[0-7]{1,3})|c([@-_a-z])|([^]))/g, (whole: string, hex?: string, unit?: string, point?: string, octal?: string, control?: string, one?: string) => {
        if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
        if (control !== undefined) return String.fromCharCode(control.charCodeAt(0) & 0x1f);
        if (one !== undefined) return ESCAPES[one] ?? whole;
        const code = Number.parseInt(hex ?? unit ?? point ?? '0', 16);
        return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      })
    : text;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Text of base64, one character a byte; undefined where something else stands. */
export function fromBase64(encoded: string): string | undefined {
  let decoded = '';
  let [bits, held] = [0, 0];
  for (const character of encoded) {
    if (character === '=') break;
    if (character <= ' ') continue;
    const value = ALPHABET.indexOf(character === '-' ? '+' : character === '_' ? '/' : character);
    if (value < 0) return undefined;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    decoded += String.fromCharCode((held >> bits) & 0xff);
  }
  return decoded;
}

function fromHex(encoded: string): string | undefined {
  const digits = encoded.replace(/\s+|\\x|0x/g, '');
  if (digits.length % 2 === 1 || /[^0-9A-Fa-f]/.test(digits)) return undefined;
  return digits.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
}

function translated(input: string, from: string, to: string): string | undefined {
  const [sources, targets] = [charactersOf(from), charactersOf(to)];
  if (sources.length === 0 || targets.length === 0) return undefined;
  const map = new Map(sources.map((source, index) => [source, targets[Math.min(index, targets.length - 1)] ?? '']));
  return input.replace(/[^]/g, (character) => map.get(character) ?? character);
}

/** `A-Za-z` spelt out. */
function charactersOf(set: string): readonly string[] {
  const characters: string[] = [];
  for (let at = 0; at < set.length && at < 64; at += 1) {
    const [first, last] = [set.charCodeAt(at), set.charCodeAt(at + 2)];
    if (set[at + 1] === '-' && last >= first && last - first < 256) {
      for (let code = first; code <= last; code += 1) characters.push(String.fromCharCode(code));
      at += 2;
    } else characters.push(set.charAt(at));
  }
  return characters;
}
