import type { Analyser, Rule, View } from '../rule.ts';
import { isCpf, isDate, luhn, mod11And10, pairAt, remainder, verhoeff, weighted } from './check-digits.ts';
import { MORE_NATIONAL_IDS } from './more-national-ids.ts';
import { isAboutPerson } from './people.ts';
import type { Role } from '../place.ts';
import { ruleOfOutput } from './told.ts';

/** Everywhere but in fields made for such things. */
export const ROLES_OF_PEOPLE: readonly Role[] = ['shell', 'powershell', 'cmd', 'sql', 'code', 'path', 'url', 'markup', 'prose', 'value', 'output'];

export type NationalId = Readonly<{
  /** Also the rule's id: `personal.<country>-<name>`. */
  id: string;
  sees: string;
  /** One of these words stands before the number, or close behind it. Lower-case. */
  words: readonly string[];
  /** Without anchors; letters in either case. */
  form: string;
  /** Letters and digits only, upper-case. */
  valid: (id: string) => boolean;
  /** Its check holds one number in ten or fewer, and with its separators it looks like nothing else: told by a form alone. */
  told?: RegExp;
  /** So distinct a form that, beside its word and the name of a person, its check need not hold: a slip of the pen is a person's number too. */
  bySight?: RegExp;
  /** So plain a form that somebody must be named beside it. */
  withPerson?: true;
  positive: string;
  harmless: string;
  source?: string;
}>;

const digitSum = (digits: string, weights: readonly number[]): number => weighted(digits, weights);
const spread = (digits: string): boolean => new Set(digits.replace(/\D/g, '')).size > 2;

const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';
const FISCAL_ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
const CURP = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ';
const HETU = '0123456789ABCDEFHJKLMNPRSTUVWXY';

const FIRST_NATIONAL_IDS: readonly NationalId[] = [
  {
    id: 'us-ssn',
    sees: 'a US social security or taxpayer number',
    words: ['ssn', 'social security', 'social_security', 'socialsecurity', 'social-security', 'itin', 'taxpayer id', 'tax id', 'tax_id'],
    form: '\\d{3}[- .]?\\d{2}[- .]?\\d{4}',
    // Areas, groups and serial numbers that were never given out; the numbers of advertisements and manuals.
    valid: (id) => /^(?!000|666)(?:[0-8]\d\d(?!00)\d\d|9\d\d(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9]))(?!0000)\d{4}$/.test(id) && !/^(?:123456789|078051120|219099999|(\d)\1{8}|98765432\d)$/.test(id),
    positive: 'SSN: 031-50-9349',
    harmless: 'an SSN has the form 123-45-6789 and never begins with 000: 000-50-9349',
    source: 'www.ssa.gov/employer/randomization.html',
  },
  {
    id: 'uk-nino',
    sees: 'a UK national insurance number',
    words: ['national insurance', 'nino', 'ni number', 'ni no', 'nin:'],
    told: /^[A-Z]{2} \d\d \d\d \d\d [A-D]$/,
    form: '[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\\d{2}[ -]?\\d{2}[ -]?\\d{2}[ -]?[A-D]',
    valid: (id) => !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(id) && !/^AB123456C$/.test(id),
    positive: 'national insurance number JT 46 20 91 B',
    harmless: 'a national insurance number looks like QQ 12 34 56 C',
    source: 'HMRC manual NIM39110',
  },
  {
    id: 'uk-nhs',
    sees: 'a UK NHS number',
    words: ['nhs'],
    told: /^\d{3} \d{3} \d{4}$/,
    form: '\\d{3}[- ]?\\d{3}[- ]?\\d{4}',
    valid: (id) => spread(id) && (11 - (digitSum(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === Number(id.charAt(9)) && !id.startsWith('999'),
    positive: 'NHS number 485 777 3457',
    harmless: 'NHS number 485 777 3456; the helpline is NHS 111',
  },
  {
    id: 'de-tax-id',
    sees: 'a German tax id',
    words: ['steuer', 'idnr', 'steueridentifikationsnummer', 'tax id', 'tax_id', 'tin:', 'german tax', 'identifikationsnummer'],
    form: '[1-9]\\d ?\\d{3} ?\\d{3} ?\\d{3}',
    told: /^\d\d \d{3} \d{3} \d{3}$/,
    valid: (id) => mod11And10(id) && spread(id) && id !== '12345678903',
    positive: 'Steuer-ID 86 095 742 719',
    harmless: 'Steuer-ID 86 095 742 718',
    source: 'Bundeszentralamt für Steuern, Prüfziffernberechnung',
  },
  {
    id: 'de-pension-number',
    sees: 'a German pension insurance, health insurance or identity card number',
    words: ['rentenversicherung', 'sozialversicherung', 'versichertennummer', 'svnr', 'rvnr', 'personalausweis', 'krankenkasse'],
    form: '(?:\\d{2} ?\\d{6} ?[A-Z] ?\\d{3}|[A-Z]\\d{9}|[CFGHJKLMNPRTVWXYZ0-9]{9}\\d?)',
    valid: (id) => (/^\d{8}[A-Z]\d{3}$/.test(id) ? isDate(2000, pairAt(id, 4), pairAt(id, 2)) : /[A-Z]/.test(id) && /\d[A-Z]{0,3}\d[A-Z]{0,3}\d/.test(id)),
    positive: 'Rentenversicherungsnummer 15 070649 C 103',
    harmless: 'Die Rentenversicherung antwortete am 15. Juli auf Schreiben 4711',
  },
  {
    id: 'fr-nir',
    sees: 'a French social security number',
    words: ['sécurité sociale', 'securite sociale', 'numéro de sécu', 'numero de secu', 'nir', 'carte vitale', 'insee', 'french social'],
    form: '[12] ?\\d{2} ?[0-9]{2} ?\\d[\\dAB] ?\\d{3} ?\\d{3} ?\\d{2}',
    valid: (id) => 97 - remainder(id.slice(0, 13).replace('2A', '19').replace('2B', '18'), 97) === Number(id.slice(13)),
    positive: 'numéro de sécurité sociale : 1 85 05 78 006 084 91',
    harmless: 'numéro de sécurité sociale : 1 85 05 78 006 084 37',
  },
  {
    id: 'es-dni',
    sees: 'a Spanish DNI or NIE',
    words: ['dni', 'nie:', 'nie ', 'nie número', 'nif', 'documento nacional', 'spanish id', 'extranjero'],
    bySight: /^(?:\d{8}|[XYZ]\d{7})[A-Z]$/,
    form: '(?:\\d{8}|[XYZ][- ]?\\d{7})[- ]?[A-Z]',
    valid: (id) => DNI_LETTERS.charAt(Number(id.slice(0, -1).replace(/^X/, '0').replace(/^Y/, '1').replace(/^Z/, '2')) % 23) === id.slice(-1) && id !== '12345678Z' && spread(id),
    positive: 'DNI 48296713W',
    harmless: 'DNI de ejemplo: 12345678Z, y 48296713A no es ninguno',
  },
  {
    id: 'it-codice-fiscale',
    sees: 'an Italian codice fiscale',
    words: ['codice fiscale', 'cod. fisc', 'codicefiscale', 'codice_fiscale', 'c.f.', 'cf:', 'italian tax', 'fiscal code', 'tax code', 'tax id'],
    bySight: /^[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]$/,
    form: '[A-Z]{6}\\d{2}[A-EHLMPRST]\\d{2}[A-Z]\\d{3}[A-Z]',
    valid: (id) => fiscalCheck(id) === id.charAt(15) && id !== 'RSSMRA80A01H501U',
    positive: 'codice fiscale BNCGLI84T52H501Z',
    harmless: 'codice fiscale RSSMRA80A01H501U (esempio), non BNCGLI84T52H501A',
  },
  {
    id: 'nl-bsn',
    sees: 'a Dutch citizen service number',
    told: /^\d{4}[ .]\d{2}[ .]\d{3}$|^\d{3}[ .]\d{3}[ .]\d{3}$/,
    words: ['bsn', 'burgerservicenummer', 'sofinummer', 'citizen service number'],
    form: '\\d{4}[ .]?\\d{2}[ .]?\\d{3}|\\d{3}[ .]?\\d{3}[ .]?\\d{3}',
    valid: (id) => digitSum(id, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && spread(id) && id !== '123456782' && id !== '111222333',
    positive: 'BSN 236401920',
    harmless: 'BSN 111222333 is the example, 236401974 is none',
  },
  {
    id: 'be-national-number',
    sees: 'a Belgian national register number',
    told: /^\d\d\.\d\d\.\d\d-\d{3}\.\d\d$/,
    words: ['rijksregister', 'registre national', 'numéro de registre', 'nationaal nummer', 'national register', 'niss', 'insz', 'numéro national', 'belgian'],
    form: '\\d{2}[. ]?\\d{2}[. ]?\\d{2}[- ]?\\d{3}[. ]?\\d{2}',
    valid: (id) => [97 - remainder(id.slice(0, 9), 97), 97 - remainder(`2${id.slice(0, 9)}`, 97)].includes(Number(id.slice(9))),
    positive: 'rijksregisternummer 85.07.30-033.28',
    harmless: 'rijksregisternummer 85.07.30-033.29',
  },
  {
    id: 'se-personnummer',
    sees: 'a Swedish personal identity number',
    told: /^\d{6}-\d{4}$/,
    words: ['personnummer', 'personnr', 'personal identity number', 'samordningsnummer', 'swedish id', 'swedish personal'],
    form: '(?:19|20)?\\d{6}[-+ ]?\\d{4}',
    valid: (id) => luhn(id.slice(-10)) && isDate(pairAt(id.slice(-10), 0), pairAt(id.slice(-10), 2), pairAt(id.slice(-10), 4) % 60) && !/^(?:19)?8112189876$/.test(id),
    positive: 'personnummer 870412-3457',
    harmless: 'personnummer 870412-3458',
  },
  {
    id: 'no-identity-number',
    sees: 'a Norwegian identity number',
    words: ['fødselsnummer', 'fodselsnummer', 'fnr', 'norwegian id', 'norwegian national', 'personnummer'],
    form: '\\d{6}[ -]?\\d{5}',
    valid: (id) => digitSum(id, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 && digitSum(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0 && isDate(0, pairAt(id, 2) % 40, pairAt(id, 0) % 40),
    positive: 'fødselsnummer 150690 34575',
    harmless: 'fødselsnummer 150690 34548',
  },
  {
    id: 'dk-cpr',
    sees: 'a Danish CPR number',
    words: ['cpr', 'personnummer', 'danish id', 'danish personal'],
    form: '\\d{6}[- ]\\d{4}',
    valid: (id) => isDate(0, pairAt(id, 2), pairAt(id, 0)) && spread(id),
    positive: 'CPR-nr. 250785-1237',
    harmless: 'CPR training, call 255785-1237',
  },
  {
    id: 'fi-hetu',
    sees: 'a Finnish personal identity code',
    words: ['hetu', 'henkilötunnus', 'personal identity code', 'personbeteckning', 'finnish'],
    form: '\\d{6}[-+A-FU-Y]\\d{3}[0-9A-FHJ-NPR-Y]',
    valid: (id) => HETU.charAt(Number(id.replace(/^(\d{6})[-+A-FU-Y]?/, '$1').slice(0, 9)) % 31) === id.slice(-1) && isDate(0, pairAt(id, 2), pairAt(id, 0)),
    positive: 'henkilötunnus 150682-314T',
    harmless: 'henkilötunnus 150682-314A',
  },
  {
    id: 'pl-pesel',
    sees: 'a Polish PESEL',
    words: ['pesel'],
    form: '\\d{11}',
    valid: (id) => digitSum(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0 && isDate(pairAt(id, 0), pairAt(id, 2) % 20, pairAt(id, 4)) && id !== '44051401359',
    positive: 'PESEL 85071604320',
    harmless: 'PESEL 44051401359 is the example, 85071604327 is none',
  },
  {
    id: 'br-cpf',
    sees: 'a Brazilian CPF',
    words: ['cpf'],
    form: '\\d{3}\\.?\\d{3}\\.?\\d{3}-?\\d{2}',
    valid: isCpf,
    positive: 'CPF 52998224725',
    harmless: 'CPF 123.456.789-09 is the example, 52998224726 is none',
  },
  {
    id: 'in-aadhaar',
    sees: 'an Indian Aadhaar number',
    words: ['aadhaar', 'aadhar', 'uidai', 'आधार'],
    told: /^\d{4}([ -])\d{4}\1\d{4}$/,
    form: '[2-9]\\d{3}[ -]?\\d{4}[ -]?\\d{4}',
    valid: (id) => verhoeff(id) && spread(id),
    positive: 'Aadhaar 5484 1029 3742',
    harmless: 'Aadhaar 5484 1029 3741; masked: XXXX XXXX 3740',
    source: 'uidai.gov.in',
  },
  {
    id: 'in-pan',
    sees: 'an Indian permanent account number',
    words: ['pan:', 'pan=', 'pan number', 'pan no', 'pan card', 'pan is', 'permanent account', 'pan '],
    bySight: /^[A-Z]{5}\d{4}[A-Z]$/,
    form: '[A-Z]{5}\\d{4}[A-Z]',
    valid: (id) => /^[A-Z]{3}[PCHFATBLJG]/.test(id) && id !== 'ABCPE1234F' && !/1234/.test(id),
    positive: 'PAN: BQLPK7093D',
    harmless: 'PAN: ABCPE1234F is the example; pan to the left',
  },
  {
    id: 'ca-sin',
    sees: 'a Canadian social insurance number',
    told: /^\d{3}([ -])\d{3}\1\d{3}$/,
    words: ['social insurance', "numéro d'assurance sociale", 'assurance sociale', 'sin:', 'sin number', 'sin no', 'sin ', 'canadian sin', '"sin"', 'sin='],
    form: '\\d{3}[- ]\\d{3}[- ]\\d{3}|\\d{9}',
    valid: (id) => luhn(id) && /^[1-79]/.test(id) && id !== '046454286' && spread(id),
    positive: 'SIN: 532 184 777',
    harmless: 'SIN: 532 184 774',
  },
  {
    id: 'au-tax-or-medicare',
    sees: 'an Australian tax file or Medicare number',
    words: ['tfn', 'tax file', 'medicare'],
    told: /^\d{3} \d{3} \d{3}$|^\d{4} \d{5} \d$/,
    form: '\\d{3} ?\\d{3} ?\\d{3}|[2-6]\\d{3} ?\\d{5} ?\\d(?:[ /-]?\\d)?',
    valid: (id) => (id.length === 9 ? digitSum(id, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0 && id !== '123456782' : digitSum(id, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(id.charAt(8))) && spread(id),
    positive: 'TFN 648 188 527',
    harmless: 'TFN 123 456 782 is the example, 648 188 528 is none',
  },
  {
    id: 'us-medicare',
    sees: 'a US Medicare beneficiary identifier',
    words: ['medicare', 'mbi'],
    form: '[1-9][AC-HJ-KM-NP-RT-Y][AC-HJ-KM-NP-RT-Y0-9]\\d-?[AC-HJ-KM-NP-RT-Y][AC-HJ-KM-NP-RT-Y0-9]\\d-?[AC-HJ-KM-NP-RT-Y]{2}\\d{2}',
    valid: (id) => id !== '1EG4TE5MK73' && id !== '1EG4TE5MK72',
    positive: 'Medicare 7RW2-KF8-HN41',
    harmless: 'Medicare 1EG4-TE5-MK73 is the example on the card',
  },
  {
    id: 'mx-curp',
    sees: 'a Mexican CURP',
    words: ['curp'],
    form: '[A-Z]{4}\\d{6}[HMX][A-Z]{5}[A-Z0-9]\\d',
    valid: (id) => (10 - (Array.from(id.slice(0, 17), (character, place) => CURP.indexOf(character) * (18 - place)).reduce((sum, part) => sum + part, 0) % 10)) % 10 === Number(id.slice(17)) && isDate(pairAt(id, 4), pairAt(id, 6), pairAt(id, 8)),
    positive: 'CURP GOMC850716HDFRRL05',
    harmless: 'CURP GOMC850716HDFRRL01',
  },
  {
    id: 'za-id',
    sees: 'a South African id number',
    words: ['south african', 'sa id', 'rsa id', 'id number', 'id no', 'identity number', 'identity document'],
    form: '\\d{6} ?\\d{4} ?[01]\\d{2}',
    valid: (id) => luhn(id) && isDate(pairAt(id, 0), pairAt(id, 2), pairAt(id, 4)) && id !== '8001015009087',
    positive: 'ID number 850716 5142 080',
    harmless: 'ID number 850716 5142 082',
  },
  {
    id: 'tr-tckn',
    sees: 'a Turkish identity number',
    words: ['tckn', 't.c.', 'tc kimlik', 'kimlik', 'turkish id', 'tc no', 'tc:', 'tc=', 'vatandaşlık'],
    form: '[1-9]\\d{10}',
    valid: (id) => (((digitSum(id, [7, -1, 7, -1, 7, -1, 7, -1, 7]) % 10) + 10) % 10) === Number(id.charAt(9)) && digitSum(id, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]) % 10 === Number(id.charAt(10)) && id !== '10000000146',
    positive: 'TC kimlik no 28467195350',
    harmless: 'TC kimlik no 10000000146',
  },
  {
    id: 'sg-nric',
    sees: 'an identity card number of Singapore, Hong Kong or Malaysia',
    bySight: /^[STFGM]\d{7}[A-Z]$/,
    words: ['nric', 'hkid', 'mykad', 'fin:', 'fin=', 'fin no', 'fin g', 'fin f', 'fin m', 'identity card', '身份證', '身份证'],
    form: '[STFGM]\\d{7}[A-Z]|[A-Z]{1,2}\\d{6}\\(?[0-9A]\\)?|\\d{6}-\\d{2}-\\d{4}',
    valid: (id) => (/^[STFGM]\d{7}[A-Z]$/.test(id) ? nricCheck(id) : /^\d{12}$/.test(id) ? isDate(pairAt(id, 0), pairAt(id, 2), pairAt(id, 4)) : hkidCheck(id)),
    positive: 'NRIC S8341726I',
    harmless: 'NRIC S8341726A; ask for form FIN 17',
  },
  {
    id: 'kr-or-jp-number',
    sees: 'a resident number of Korea or an individual number of Japan',
    words: ['resident registration', '주민', 'rrn', 'my number', 'individual number', 'マイナンバー', '個人番号'],
    form: '\\d{6}-[1-8]\\d{6}|\\d{4}[ -]?\\d{4}[ -]?\\d{4}',
    valid: (id) => (id.length === 13 ? isDate(pairAt(id, 0), pairAt(id, 2), pairAt(id, 4)) : myNumberCheck(id)),
    positive: 'resident registration 850716-1234563',
    harmless: 'resident registration 851716-1234563',
  },
  {
    id: 'pt-nif',
    sees: 'a Portuguese tax number',
    words: ['nif', 'contribuinte', 'número fiscal'],
    form: '[1-35689]\\d{2} ?\\d{3} ?\\d{3}',
    valid: (id) => [0, 10].includes((11 - (digitSum(id, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11) ? id.endsWith('0') : (11 - (digitSum(id, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === Number(id.charAt(8)) && id !== '123456789',
    positive: 'NIF 248 617 303',
    harmless: 'NIF 248 617 301',
  },
  {
    id: 'latin-american-id',
    sees: 'a tax or identity number of Argentina or Chile',
    told: /^\d{2}-\d{8}-\d$|^\d{1,2}\.\d{3}\.\d{3}-[\dK]$/,
    words: ['cuil', 'cuit', 'rut:', 'rut ', 'run:', 'rol único'],
    form: '(?:20|2[3-7])-?\\d{8}-?\\d|\\d{1,2}\\.?\\d{3}\\.?\\d{3}-[\\dK]',
    valid: (id) => (id.length === 11 ? (11 - (digitSum(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === Number(id.charAt(10)) : rutCheck(id)),
    positive: 'RUT: 18.264.917-1',
    harmless: 'RUT: 18.264.917-3',
  },
  {
    id: 'ie-pps',
    sees: 'an Irish PPS number',
    words: ['pps', 'ppsn'],
    form: '\\d{7}[A-W][A-IW]?',
    valid: (id) => 'WABCDEFGHIJKLMNOPQRSTUV'.charAt((digitSum(id, [8, 7, 6, 5, 4, 3, 2]) + 9 * 'WABCDEFGHI'.indexOf(id.charAt(8) || 'W')) % 23) === id.charAt(7) && id !== '1234567T',
    positive: 'PPS number 8264917C',
    harmless: 'PPS number 8264917B',
  },
  {
    id: 'eastern-european-id',
    sees: 'a personal number of Romania, Bulgaria, Czechia or Slovakia',
    words: ['cnp', 'egn', 'егн', 'rodné číslo', 'rodne cislo', 'birth number'],
    form: '[1-8]\\d{12}|\\d{6}/?\\d{4}',
    valid: (id) =>
      id.length === 13
        ? [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1][digitSum(id, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11] === Number(id.charAt(12)) && isDate(pairAt(id, 1), pairAt(id, 3), pairAt(id, 5))
        : (remainder(id, 11) === 0 && isDate(pairAt(id, 0), pairAt(id, 2) % 50, pairAt(id, 4))) || ((digitSum(id, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === Number(id.charAt(9)) && isDate(pairAt(id, 0), pairAt(id, 2) % 20, pairAt(id, 4))),
    positive: 'CNP 1850716421233',
    harmless: 'CNP 1850716421236',
  },
];

export const NATIONAL_IDS: readonly NationalId[] = [...FIRST_NATIONAL_IDS, ...MORE_NATIONAL_IDS];

function fiscalCheck(id: string): string {
  let sum = 0;
  for (let place = 0; place < 15; place += 1) {
    const value = Number.parseInt(id.charAt(place), 36);
    const index = value > 9 ? value - 10 : value;
    sum += place % 2 === 0 ? (FISCAL_ODD[index] ?? 0) : index;
  }
  return String.fromCharCode(65 + (sum % 26));
}

export function nricCheck(id: string): boolean {
  const first = id.charAt(0);
  const sum = digitSum(id.slice(1), [2, 7, 6, 5, 4, 3, 2]) + (first === 'T' || first === 'G' ? 4 : first === 'M' ? 3 : 0);
  if (first === 'M') return 'KLJNPQRTUWX'.charAt(10 - (sum % 11)) === id.charAt(8);
  return (first === 'S' || first === 'T' ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK').charAt(sum % 11) === id.charAt(8);
}

/** Letters stand for 10 to 35, a missing one for 36. */
export function hkidCheck(id: string): boolean {
  const values = Array.from(id.padStart(9, ' '), (character) => (character === ' ' ? 36 : Number.parseInt(character, 36)));
  return spread(id) && id !== 'A1234563' && values.reduce((sum, value, place) => sum + value * (9 - place), 0) % 11 === 0;
}

function myNumberCheck(id: string): boolean {
  const rest = digitSum(id, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
  return spread(id) && (rest <= 1 ? 0 : 11 - rest) === Number(id.charAt(11));
}

function rutCheck(id: string): boolean {
  const digits = id.slice(0, -1).padStart(8, '0');
  const rest = (11 - (digitSum(digits, [3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return (rest === 10 ? 'K' : String(rest)) === id.slice(-1) && spread(id);
}

/** How far from its word a number may stand. */
const BEFORE = 32;
const AFTER = 72;
const MAX_FORMS = 8;

/** `NationalId` -> its rule, shared by all that look for it. */
const rules: ReadonlyMap<string, Rule> = new Map(
  NATIONAL_IDS.map((one) => [one.id, ruleOfOutput(one)]),
);

/** Throws a TypeError on an id that is none. */
export function ruleOfId(id: string): Rule {
  const rule = rules.get(id);
  if (!rule) throw new TypeError(`no national id ${id}`);
  return rule;
}

/** Letters and digits, upper-case: as `valid` takes it. */
export const compacted = (id: string): string => id.replace(/[^A-Za-z0-9]/g, '').toUpperCase();

/** `ni number` is `ni_number` and `niNumber` in records; of letters beyond ASCII the pass over all literals knows one case. */
function spelt(word: string): readonly string[] {
  if (/[\u00df-\uffff]/.test(word)) return [...new Set([word, word.toUpperCase().replace(/[A-Z]/g, (letter) => letter.toLowerCase()), word.charAt(0).toUpperCase().replace(/[A-Z]/, (letter) => letter.toLowerCase()) + word.slice(1)])];
  if (!/[a-z] [a-z]/.test(word)) return [word];
  const compact = word.replaceAll(' ', '');
  return [word, word.replaceAll(' ', '_'), ...(compact.length >= 8 ? [compact] : [])];
}

function detectorOf({ id, words, form, valid, bySight, withPerson }: NationalId): Analyser {
  const rule = ruleOfId(id);
  const pattern = new RegExp(`(?<![\\p{L}\\d_.-])(?:${form})(?![\\p{L}\\d_]|[-.]\\d)`, 'giu');
  return { name: rule.id, roles: ROLES_OF_PEOPLE, literals: [...new Set(words.flatMap(spelt))], rules: [rule], analyse: (view) => search(view, rule, pattern, { valid, bySight, withPerson }) };
}

function search({ text, hits, budget, report }: View, rule: Rule, pattern: RegExp, { valid, bySight, withPerson }: Readonly<{ [key in 'valid' | 'bySight' | 'withPerson']: NationalId[key] | undefined }> & Pick<NationalId, 'valid'>): void {
  let reached = 0;
  for (const hit of hits) {
    // Part of another word: `dni` in `midnight`, `nir` in `nirvana`.
    if (hit < reached || isInsideWord(text, hit)) continue;
    const from = Math.max(reached, hit - BEFORE);
    const window = text.slice(from, hit + AFTER);
    if (!/\d{2}/.test(window)) continue;
    budget.spend(window.length * 2);
    pattern.lastIndex = 0;
    for (let looked = 0, match = pattern.exec(window); match && looked < MAX_FORMS; looked += 1, match = pattern.exec(window)) {
      const start = from + match.index;
      const id = compacted(match[0]);
      const isValid = valid(id);
      if (!isValid && bySight?.test(id) !== true) continue;
      if ((withPerson === true || !isValid) && !isBeside(text, start, budget)) continue;
      report(rule, start, start + match[0].length);
      reached = start + match[0].length;
    }
  }
}

function isBeside(text: string, at: number, budget: View['budget']): boolean {
  const around = text.slice(Math.max(0, at - 90), at + 110);
  budget.spend(around.length);
  return isAboutPerson(around) && !/example|sample|\btest|format|dummy|invalid|beispiel|ejemplo|esempio|exemple/i.test(around);
}

/** The hump of `customerSsn` begins a word. */
const isInsideWord = (text: string, at: number): boolean => /[A-Za-z]/.test(text.charAt(at)) && /[A-Za-z]/.test(text.charAt(at - 1)) && !/^[a-z][A-Z]/.test(text.slice(at - 1, at + 1));

export const nationalIds: readonly Analyser[] = NATIONAL_IDS.map(detectorOf);
