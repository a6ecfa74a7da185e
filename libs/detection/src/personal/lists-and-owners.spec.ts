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

  it('bonuses count as pay', () => expect(found('Elena Rossi – 60,890 USD, bonus 29 %')).toContain('personal.pay'));
});
