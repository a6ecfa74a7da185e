import { describe, expect, it } from '@jest/globals';
import { scanCall } from '../index.ts';

const scoreOf = (value: string): number => scanCall({ name: 'find_customer', arguments: { customer: value } }).risk_score;
const rulesOf = (value: string): string[] => scanCall({ name: 'find_customer', arguments: { customer: value } }).threats.map(({ rule }) => rule);

describe('SQL that a value carries', () => {
  it.each([
    ['sql.tautology-number', "' or 1=1--"],
    ['sql.tautology-number', '-8 or(1)=(1)'],
    ['sql.tautology-number', "'or/**/1/**/=/**/1#"],
    ['sql.tautology-string', "x') or ('b'='b"],
    ['sql.tautology-string', '" or "a" like "a'],
    ['sql.tautology-column', "' or uid=uid--"],
    ['sql.open-condition', "x' or mail like '%"],
    ['sql.union-select', '1 uNiOn(sElEcT(1),(2))'],
    ['sql.union-select', '1/*!50000union*/ /*!50000select*/ 1,2'],
    ['sql.union-select', '1+union+select+1,2'],
    ['sql.stacked-statement', "1'; drop table users--"],
    ['sql.stacked-statement', "x'declare @s varchar(99) set @s='y'"],
    ['sql.comment-after-quote', "admin'-- -"],
    ['sql.comment-after-quote', "admin') #"],
    ['sql.operator-after-quote', "x'||'y"],
    ['sql.time-delay', '1-sleep(5)'],
    ['sql.time-delay', "1');waitfor delay '0:0:5'--"],
    ['sql.error-based', '1 and updatexml(1,concat(0x7e,user()),1)'],
    ['sql.character-probe', "x' and substr(password,1,1)='a"],
    ['sql.catalogue-read', '-1 union select name from sqlite_master'],
    ['sql.order-by-probe', "1' order by 7#"],
    ['sql.group-having-probe', '1 having 1=1'],
    ['sql.subquery-in-value', "'||(select pass from users limit 1)||'"],
    ['sql.subquery-in-value', "Firefox', (select pass from users limit 1), '1'); -- "],
    ['sql.statement-in-value', 'select email from users where id=1'],
  ])('%s: %s', (rule, value) => {
    expect(rulesOf(value)).toContain(rule);
    expect(scoreOf(value)).toBeGreaterThanOrEqual(0.7);
  });

  it.each([
    "O'Brien",
    "'first', (second), 'third'",
    "rock 'n' roll or jazz",
    'select a union rep',
    'ABC-1234--XL',
    '1=1?',
    'size 5 or 6',
    '2 and 2 = 4',
    `5' 10" tall and 6' wide`,
    "status = 'open' AND priority > 3",
    '"machine learning" AND ("deep" OR "neural")',
    'soap 1 \'#',
    'drop table lamp; select a shade',
    'how to use sleep(5) in python',
    "Mc'Donald -- and sons",
    "qu'est-ce que c'est",
  ])('is not seen in %s', (value) => {
    expect(scoreOf(value)).toBeLessThan(0.3);
  });

  it.each(["The attacker used ' OR 1=1 -- in the login form.", 'Block UNION SELECT in the query parameter', "Test that \"'; DROP TABLE students; --\" is escaped"])('is not seen where it is spoken of: %s', (body) => {
    expect(scanCall({ name: 'create_ticket', arguments: { body } }).risk_score).toBeLessThan(0.3);
  });

  it.each([
    "one two three four five six seven' or '1'='1",
    `${'benign words here '.repeat(50)}1' union select username, password from users --`,
    "one two three four five six seven'; drop table users; --",
    "O''Brien''s mum''''s' or 1=1--",
    "it's Bob's mum's x' union select 1,2,3--",
  ])('is not hidden by words and quotes ahead of it: %s', (value) => {
    expect(scoreOf(value)).toBeGreaterThanOrEqual(0.7);
  });

  it('is found in the parameters and path of an address', () => {
    expect(scanCall({ name: 'fetch', arguments: { url: "https://shop.example.com/items?sort=asc&id=1' or '1'='1" } }).threats_detected).toContain('sql_injection');
    expect(scanCall({ name: 'fetch', arguments: { url: "https://shop.example.com/items/1' or '1'='1" } }).threats_detected).toContain('sql_injection');
    expect(scanCall({ name: 'fetch', arguments: { url: 'https://shop.example.com/items?id=1&from=2024-01-01&select=name' } }).threats_detected).toEqual([]);
  });

  it('tells where it stands', () => {
    const [threat] = scanCall({ name: 'find_customer', arguments: { customer: "x' or 1=1--" } }).threats;
    expect(threat).toMatchObject({ path: '/customer', start: 3, end: 11 });
  });
});
