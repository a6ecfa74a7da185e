import { remainder } from './check-digits.ts';
import { namesPerson } from './people.ts';

/** Lengths by country (SWIFT, IBAN registry). */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** Documented examples: the registry's own, and those of manuals. With the name of whom to pay, and no word that calls it an example, one is an account like any other. */
const EXAMPLES = /^(?:GB82WEST12345698765432|GB29NWBK60161331926819|GB33BUKB20201555555555|DE89370400440532013000|DE75512108001245126199|FR1420041010050500013M02606|FR7630006000011234567890189|NL91ABNA0417164300|ES9121000418450200051332|ES7921000813610123456789|IT60X0542811101000000123456|CH9300762011623852957|AT611904300234573201|BE68539007547034|BE71096123456769|PL61109010140000071219812874|IE29AIBK93115212345678|IE64IRCE92050112345678)$/;

const isOfPerson = (around: string): boolean => namesPerson(around) && !/example|sample|\btest|demo|format|dummy|looks like|e\.g\.|beispiel|exemple|ejemplo|esempio/i.test(around);

/** The account number that begins between `from` and `to`, in its groups or without; undefined if country, length or check digits say no. */
export function ibanIn(text: string, from: number, to: number): Readonly<{ start: number; end: number }> | undefined {
  for (let start = from; start < to; start += 1) {
    const length = LENGTHS.get(text.slice(start, start + 2));
    if (length === undefined || /[A-Za-z0-9]/.test(text.charAt(start - 1)) || !/^\d\d$/.test(text.slice(start + 2, start + 4))) continue;
    let compact = '';
    let end = start;
    for (; end < text.length && compact.length < length; end += 1) {
      const character = text.charAt(end);
      if (/[A-Z0-9]/.test(character)) compact += character;
      else if (!/[ \u00a0-]/.test(character) || /[ \u00a0-]/.test(text.charAt(end - 1))) break;
    }
    if (compact.length !== length || /[A-Za-z0-9]/.test(text.charAt(end)) || (EXAMPLES.test(compact) && !isOfPerson(text.slice(Math.max(0, start - 90), end + 60)))) continue;
    if (remainder(compact.slice(4) + compact.slice(0, 4), 97) === 1) return { start, end };
  }
  return undefined;
}
