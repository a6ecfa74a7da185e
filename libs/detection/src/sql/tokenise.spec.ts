import { describe, expect, it } from '@jest/globals';
import { isKeyword } from './token.ts';
import { tokenise } from './tokenise.ts';

const texts = (sql: string): string[] => tokenise(sql).tokens.map(({ text }) => text);

describe('SQL is read into tokens', () => {
  it.each([
    ["SELECT 'it''s' FROM t", ['select', "it''s", 'from', 't']],
    [String.raw`SELECT 'it\'s' FROM t`, ['select', String.raw`it\'s`, 'from', 't']],
    [String.raw`SELECT 'C:\' FROM t`, ['select', String.raw`C:${'\\'}`, 'from', 't']],
    ['SELECT $tag$ a; b $tag$', ['select', ' a; b ']],
    ["SELECT q'[it's]' FROM dual", ['select', "it's", 'from', 'dual']],
    ['SELECT [a b], `c`', ['select', 'a b', ',', 'c']],
    ['1.5e3 .1 0x1F 1FUNION', ['1.5e3', '.1', '0x1f', '1f', 'union']],
    ['a->>1 <=> b::int', ['a', '->>', '1', '<=>', 'b', '::', 'int']],
    ['/*!50000union*/ /* x */ select', ['union', 'select']],
    ['@@version @x :y ?', ['@@version', '@x', ':y', '?']],
  ])('%s', (sql, expected) => {
    expect(texts(sql)).toEqual(expected);
  });

  it('tells where a quote or comment never ends', () => {
    expect(tokenise("a = 'b").tokens.at(-1)).toMatchObject({ kind: 'string', text: 'b', closed: false });
    expect(tokenise('a /* b').tokens.at(-1)).toMatchObject({ kind: 'comment', closed: false });
  });

  it('begins inside a literal', () => {
    expect(tokenise("x' or 1", { inside: "'", seam: 1 }).tokens.map(({ kind }) => kind)).toEqual(['string', 'word', 'number']);
  });

  it('knows keywords in any case, with letters that are others in small, and no other words', () => {
    const { tokens } = tokenise('SELECT UnIoN li\u212ae liked _id un$ion \u0153r');
    expect(tokens.map((token) => [token.text, isKeyword(token)])).toEqual([['select', true], ['union', true], ['like', true], ['liked', false], ['_id', false], ['un$ion', false], ['\u0153r', false]]);
  });

  it('loses patience with prose', () => {
    const { end } = tokenise('the quick brown fox jumps over the lazy dog', { patience: 3 });
    expect(end).toBeLessThan(22);
  });

  it.each(["'", '"', '(', '[', '$a$', '/*', '\u0000', '\ud800', '1', 'a', '@', "q'["])('reads half a megabyte of %j to its end', (sign) => {
    const text = sign.repeat(524_288 / sign.length);
    expect(tokenise(text).end).toBe(text.length);
  });
});
