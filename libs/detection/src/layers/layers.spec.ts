import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Budget, BudgetSpent } from '../budget.ts';
import { asSent, layersOf } from './layers.ts';

const plain = 'cat /etc/passwd';
const base64 = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding).toString('base64');
const generous = () => new Budget(1e9);
const readings = (text: string) => layersOf(asSent(text), generous()).map((layer) => layer.text);

describe('layers', () => {
  it.each([
    ['percent', 'cat%20/etc%2Fpasswd'],
    ['percent, twice', 'cat%2520/etc%252fpasswd'],
    ['form encoding', 'cat+%2Fetc%2Fpasswd'],
    ['%u', 'cat%u0020/etc/passwd'],
    ['character references', 'cat&#32;&sol;etc&#x2F;passwd'],
    ['character references with more zeros than anybody needs', 'cat&#0000000000032;&#x0000000002f;etc/passwd'],
    ['JavaScript escapes', 'cat \\u002fetc\\u{2f}passwd'],
    ['hex escapes', '\\x63\\x61\\x74 /etc/passwd'],
    ['full-width letters', 'ｃａｔ ／ｅｔｃ／ｐａｓｓｗｄ'],
    ['Cyrillic letters among Latin ones', 'cаt /еtc/pаsswd'],
    ['zero-width characters', 'c\u200bat /et\u2060c/pass\u00adwd'],
    ['bidi controls', 'cat\u202e /etc/passwd\u202c'],
    ['NULs', 'c\0at /etc/pas\0swd'],
    ['base64', `echo ${base64(plain)} | x`],
    ['base64 after something that looks like it', `data/${base64(plain)}`],
    ['URL-safe base64 within percent encoding', encodeURIComponent(`?q=${base64(plain)}`)],
    ['base64 of base64', base64(base64(plain))],
    ['base64 in lines of 64', `-\n${base64(`${'Nothing to see here. '.repeat(2)}${plain} and so on`).replace(/.{64}/g, '$&\n')}\n-`],
    ['base64 in lines of 20', base64(`Look: ${plain}`).replace(/.{20}/g, '$&\r\n  ')],
    ['base64 of UTF-16', base64(plain, 'utf16le')],
    ['base64 with bytes around it', Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0x00, 0x01, 0x02]), Buffer.from(plain), Buffer.from([0, 200, 201])]).toString('base64')],
    ['hex', Buffer.from(plain).toString('hex')],
    ['0x hex', `0x${Buffer.from(plain).toString('hex')}`],
    ['tag characters', `hello${Array.from(plain, (letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('')}`],
  ])('show what %s hides', (_encoding, text) => {
    expect(readings(text).some((reading) => reading.includes(plain))).toBe(true);
  });

  it.each([
    ['plain text', 'Deploy the release on Friday; tell ops@example.com.'],
    ['accents and other scripts', 'Größe, déjà vu, Привет, 你好, naïve'],
    ['a digest', 'sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['long names', 'packages/dashboard/app/components/internationalization/useTranslationProvider'],
    ['a picture', Buffer.from(Array.from({ length: 300 }, (_, at) => (at * 7919 + 13) % 251 | 128)).toString('base64')],
  ])('are one where nothing is encoded: %s', (_what, text) => {
    expect(readings(text)).toEqual([text]);
  });

  it('lead back to where a character stood in the text that was sent', () => {
    const text = 'path=a%2f%2e%2e%2fsecret and \\x41\\x42 &lt;&#x62; z\u200by more';
    const layer = layersOf(asSent(text), generous())[1]!;
    expect(layer.text).toBe('path=a/../secret and AB <b zy more');
    const sent = (part: string) => text.slice(layer.begin(layer.text.indexOf(part)), layer.end(layer.text.indexOf(part) + part.length));
    expect(['secret', '/../', '..', '/s', 'B', '<', 'b', 'zy', 'z', 'y', 'more'].map(sent)).toEqual(['secret', '%2f%2e%2e%2f', '%2e%2e', '%2fs', '\\x42', '&lt;', '&#x62;', 'z\u200by', 'z', 'y', 'more']);
  });

  it('of a piece lead back to the piece, whole, from any part of it', () => {
    const piece = base64(plain);
    const text = `run ${piece} now`;
    const layer = layersOf(asSent(text), generous()).find((reading) => reading.text === plain)!;
    for (const [from, to] of [[0, plain.length], [2, 5], [0, 1]] as const) expect(text.slice(layer.begin(from), layer.end(to))).toBe(piece);
    expect(layer.decodings).toEqual(['base64']);
  });

  it('never lead outside the text, whatever it holds', () => {
    const nasty = fc.string({ unit: fc.constantFrom('%', '2', 'f', '&', '#', 'x', ';', '\\', 'u', '{', '}', '\u200b', 'ａ', 'а', '\ud800', '\0', 'QUJD', '=', '/'), maxLength: 200 });
    fc.assert(
      fc.property(nasty, (text) => {
        for (const { text: reading, begin, end } of layersOf(asSent(text), generous())) {
          let last = 0;
          for (let at = 0; at < reading.length; at += 1) {
            expect(begin(at)).toBeGreaterThanOrEqual(last);
            expect(end(at + 1)).toBeGreaterThan(begin(at));
            expect(end(at + 1)).toBeLessThanOrEqual(text.length);
            last = begin(at);
          }
        }
      }),
    );
  });

  it('stop where a text grows out of proportion', () => {
    expect(() => layersOf(asSent('\ufdfa'.repeat(10_000)), generous())).toThrow(BudgetSpent);
  });
});
