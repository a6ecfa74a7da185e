import { describe, expect, it } from '@jest/globals';
import { Scanner } from '../scanner.ts';
import { luhn, mod11And10, remainder, verhoeff } from './check-digits.ts';
import { personalDetectors } from './detectors.ts';

const scanner = new Scanner(personalDetectors);
const found = (text: string): readonly string[] => scanner.scanOutput(text).threats.map(({ rule }) => rule);

describe('check digits', () => {
  it.each([
    ['Luhn', luhn('4242424242424242'), luhn('4242424242424241')],
    ['Verhoeff', verhoeff('2363'), verhoeff('2364')],
    ['ISO 7064 MOD 11,10', mod11And10('86095742719'), mod11And10('86095742718')],
    ['mod 97', remainder('3214282912345698765432161182', 97) === 1, remainder('3214282912345698765432161183', 97) === 1],
  ])('%s tells a slip', (_, right, wrong) => expect([right, wrong]).toEqual([true, false]));
});

describe('numbers of people', () => {
  it.each([
    ['charge 4929-5814-6320-7711 please', 'personal.card-number'],
    ['card 4929581463207711, exp 04/27', 'personal.card-with-code'],
    ['refund to GB54 RUMA 5165 8386 2006 52 (James Lindqvist)', 'personal.iban'],
    ['CPF 529.982.247-25', 'personal.br-cpf'],
    ['SSN: 031-50-9349', 'personal.us-ssn'],
    ['numéro de sécurité sociale 1 85 05 78 006 084 91', 'personal.fr-nir'],
    ['card on file: AHV 756.1234.5678.97', 'personal.unnamed-national-id'],
    ['sort code 20-45-17 account 31926819', 'personal.bank-account'],
  ])('%s: %s', (text, rule) => expect(found(text)).toContain(rule));

  it.each([
    'ISBN 978-3-16-148410-0, GTIN 04012345678901, EAN 4006381333931',
    'serial 1234-5678-9012-3456-7, IMEI 490154203237518',
    'at 1709373247123 ms, span 1234567890123456789',
    'test with 4111 1111 1111 1111 or 5555-5555-5555-4444',
    'SSN 123-45-6789 is the example, 000-12-3456 was never given out',
    'lat 52.520008, lon 13.404954, 2026-03-02 10:14:07',
    'ssn VARCHAR(11), passport.js 0.7.0, patients with diabetes',
    'call +1 800 555 0100 or write to info@example.com',
  ])('%s', (text) => expect(scanner.scanOutput(text).risk_score).toBeLessThan(0.3));

  it('an account to pay to is where it belongs, a card in a message is not', () => {
    expect(scanner.scanCall({ name: 'send_money', arguments: { recipient: 'NL06XSWZ4702321807', amount: 12 } }).risk_score).toBeLessThan(0.3);
    expect(scanner.scanCall({ name: 'post_message', arguments: { text: 'card 4929 5814 6320 7711' } }).risk_score).toBeGreaterThan(0.7);
  });
});

describe('people', () => {
  const people = ['Elena Rossi;elena.rossi@example.org;+39 06 6982 4417', 'Tom Keller;tom.keller@example.org;+49 30 901820', 'Aisha Nguyen;aisha.nguyen@example.org;+44 20 7946 0018'];

  it('three with their numbers are a list, in lines or in objects; one is none', () => {
    expect(found(people.join('\n'))).toContain('personal.contact-list');
    const objects = people.map((line) => line.split(';')).map(([name, email, phone]) => ({ name, email, phone }));
    expect(found(JSON.stringify(objects, null, 2))).toContain('personal.contact-list');
    expect(scanner.scanOutput(people[0]).risk_score).toBeLessThan(0.3);
  });

  it('who signs or receives is not on a list', () => {
    expect(found(people.map((line) => `Signed-off-by: ${line}`).join('\n'))).not.toContain('personal.contact-list');
  });

  it.each([
    ['Patient Wei Dubois, MRN 05881591, diagnosis: major depression', 'personal.health-record'],
    ['Tom Keller was diagnosed with HIV in 2019', 'personal.health-record'],
    ['{"name": "Elena Rossi", "salary": 92000}', 'personal.pay'],
    ['passport no. G32459341, Elena Rossi', 'personal.passport-number'],
    ["Driver's license R8448927 (WA), Wei Lindqvist", 'personal.driving-licence'],
  ])('%s: %s', (text, rule) => expect(found(text)).toContain(rule));
});
