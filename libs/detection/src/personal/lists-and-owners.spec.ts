import { describe, expect, it } from '@jest/globals';
import { Scanner } from '../scanner.ts';
import { personalDetectors } from './detectors.ts';

const scanner = new Scanner(personalDetectors);
const found = (text: string): readonly string[] => scanner.scanOutput(text).threats.map(({ rule }) => rule);

describe('what a person beside it makes of a number', () => {
  it.each([
    ['an account of manuals', 'AT611904300234573201', 'personal.iban'],
    ['a card made of zeros', 'card 3528 0007 0000 0000', 'personal.card-number'],
    ['an id with a slip', 'NRIC S8341726A', 'personal.sg-nric'],
    ['a plate', 'license plate 34 KLR 482', 'personal.vehicle-plate'],
    ['an account without its bank', 'bank account 945456787654', 'personal.bank-account-of-person'],
    ['a wallet', 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq', 'personal.wallet-of-person'],
  ])('%s counts with its owner, and not without', (_, text, rule) => {
    expect(found(`payee Elena Rossi / ${text} / ref 17`)).toContain(rule);
    expect(found(`see ${text}`)).not.toContain(rule);
  });
});

describe('lists of people', () => {
  const people = ['Elena Rossi;25.07.2013;Rosenweg 14, 57216 Graz', 'Tom Keller;02.12.2013;Birkenweg 8, 57216 Graz', 'Aisha Nguyen;07.06.2013;Kerkstraat 116, 13755 Gent'];

  it('with dates of birth and addresses need neither mail nor telephone; one is none', () => {
    expect(found(people.join('\n'))).toContain('personal.roster');
    expect(found(people[0] ?? '')).not.toContain('personal.roster');
  });

  it.each(['release 2.1;25.07.2013;Rosenweg 14\nrelease 2.2;02.12.2013;Birkenweg 8\nrelease 2.3;07.06.2014;Lindenweg 3', 'Copyright 1997-2005 Elena Rossi <elena@example.org>\n  2001-2019 Tom Keller <tom@example.org>\n  2003-2011 Aisha Nguyen <aisha@example.org>'])('%s is none', (text) =>
    expect(scanner.scanOutput(text).risk_score).toBeLessThan(0.7));

  it.each([
    ['telephones behind names', 'Elena Rossi - 305-555-0142\nTom Keller - 212-555-0188\nAisha Nguyen - 646-555-0110', 'personal.roster'],
    ['codes in brackets', 'Elena Rossi, 12 Hill Rd, (978) 555-0144\nTom Keller, 8 Lake Ave, (978) 555-0187\nAisha Nguyen, 3 Elm St, (978) 555-0112', 'personal.roster'],
    ['names in two columns', 'id;nom;prenom;tel\n1;Moreau;Julie;0612345678\n2;Simon;Marc;0698765432\n3;Blanc;Anne;0711223344', 'personal.roster'],
    ['names in characters', '佐藤健,090-1111-2222\n鈴木愛,080-3333-4444\n高橋翔,070-5555-6666', 'personal.roster'],
    ['places and times', 'user: Elena Rossi\n07:58 40.71274,-74.00602 home\n09:12 40.75891,-73.98512 clinic', 'personal.whereabouts'],
  ])('%s', (_, text, rule) => expect(found(text)).toContain(rule));

  it.each([
    'Store Berlin, Alexanderplatz 1, tel 030 5550110\nStore Hamburg, Jungfernstieg 9, tel 040 5550120\nStore Köln, Domplatz 3, tel 0221 5550130',
    'station,time,lat,lng\n17,07:58,40.71274,-74.00602\n17,09:12,40.75891,-73.98512',
    'Dr. Elena Rossi treats patients with diabetes and hypertension at our clinic.',
    'Study: 120 patients with epilepsy were treated. See Keller et al., 2019.',
  ])('%s is none', (text) => expect(scanner.scanOutput(text).risk_score).toBeLessThan(0.7));

  it('forms in other scripts are told by their words', () => {
    expect(found('氏名：佐藤花子　生年月日：1988年4月2日　電話：090-1234-5678')).toContain('personal.identity-record');
    expect(found('生年月日を入力してください。住所は任意です。')).toEqual([]);
  });

  it('a month behind a card is no part of its number', () => expect(found('card 4929581463207711 08/27')).toContain('personal.card-number'));

  it('bonuses count as pay', () => expect(found('Elena Rossi – 60,890 USD, bonus 29 %')).toContain('personal.pay'));
});
