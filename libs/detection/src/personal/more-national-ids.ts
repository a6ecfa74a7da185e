import { isDate, luhn, mod11And10, pairAt, remainder, weighted } from './check-digits.ts';
import type { NationalId } from './national-ids.ts';

const spread = (digits: string): boolean => new Set(digits.replace(/\D/g, '')).size > 2;
const digitAt = (id: string, place: number): number => id.charCodeAt(place) - 48;
/** Day, month, year of birth, in this order, from a place on. */
const isDayMonth = (id: string, place: number, mostDays = 31): boolean => isDate(0, pairAt(id, place + 2), pairAt(id, place) > mostDays ? pairAt(id, place) - 40 : pairAt(id, place));
const isYearMonth = (id: string, place: number): boolean => isDate(pairAt(id, place), pairAt(id, place + 2), pairAt(id, place + 4));

/** Of weights that are tried in turn while the rest is ten. */
function restOf(id: string, ...weights: readonly (readonly number[])[]): number {
  for (const some of weights) {
    const rest = weighted(id, some) % 11;
    if (rest < 10) return rest;
  }
  return 0;
}

const TAIWAN = 'ABCDEFGHJKLMNPQRSTUVXYWZIO';

/** Further countries, in the form of the first list: numbers with a check or a clear form, always beside a word that names them. */
export const MORE_NATIONAL_IDS: readonly NationalId[] = [
  {
    id: 'th-id',
    sees: 'a Thai national id',
    words: ['tnin', 'บัตรประชาชน', 'ประจำตัวประชาชน', 'thai id', 'thai national', 'thai citizen'],
    told: /^\d-\d{4}-\d{5}-\d{2}-\d$/,
    form: '[1-8][- ]?\\d{4}[- ]?\\d{5}[- ]?\\d{2}[- ]?\\d',
    valid: (id) => (11 - (weighted(id, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === digitAt(id, 12) && spread(id),
    positive: 'Thai ID 1-4821-00317-64-9',
    harmless: 'Thai ID 1-4821-00317-64-0',
  },
  {
    id: 'il-id',
    sees: 'an Israeli identity number',
    words: ['תעודת זהות', 'ת.ז', 'ת״ז', 'ת"ז', 'מספר זהות', 'teudat zehut', 'mispar zehut', 'israeli id', 'israel id'],
    form: '\\d{8}-?\\d',
    valid: (id) => weighted(id, [1, 0, 1, 0, 1, 0, 1, 0, 1]) % 10 === (1_000 - [1, 3, 5, 7].reduce((sum, place) => sum + Math.floor((2 * digitAt(id, place)) / 10) + ((2 * digitAt(id, place)) % 10), 0)) % 10 && spread(id),
    positive: 'teudat zehut 318264918',
    harmless: 'teudat zehut 318264919',
  },
  {
    id: 'de-health-insurance',
    sees: 'a German health insurance number',
    words: ['krankenversicher', 'kvnr', 'egk', 'gesundheitskarte', 'versichertennummer'],
    form: '[A-Z]\\d{9}',
    valid: insuranceCheck,
    positive: 'KVNR T482610377',
    harmless: 'KVNR T482610378',
    source: 'GKV-Spitzenverband, Aufbau der Krankenversichertennummer',
  },
  {
    id: 'at-insurance-number',
    sees: 'an Austrian social insurance number',
    words: ['svnr', 'sv-nummer', 'sozialversicherungsnummer', 'versicherungsnummer', 'e-card'],
    form: '[1-9]\\d{3} ?\\d{6}',
    valid: (id) => weighted(id, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === digitAt(id, 3) && isDayMonth(id, 4),
    positive: 'SVNR 4820 160788',
    harmless: 'SVNR 4820 160789',
  },
  {
    id: 'gr-number',
    sees: 'a Greek social security or tax number',
    words: ['amka', 'αμκα', 'ΑΜΚΑ', 'αφμ', 'ΑΦΜ', 'greek tax', 'afm'],
    form: '\\d{11}|\\d{9}',
    valid: (id) => spread(id) && (id.length === 11 ? luhn(id) && isDayMonth(id, 0) : (weighted(id, [256, 128, 64, 32, 16, 8, 4, 2]) % 11) % 10 === digitAt(id, 8)),
    positive: 'AMKA 16078543218',
    harmless: 'AMKA 16078543219',
  },
  {
    id: 'balkan-id',
    sees: 'a personal number of Croatia, Slovenia, Serbia, Bosnia, Montenegro or North Macedonia',
    words: ['oib', 'jmbg', 'emšo', 'emso', 'јмбг', 'ЈМБГ', 'ембг', 'ЕМБГ'],
    form: '\\d{13}|\\d{11}',
    valid: (id) => spread(id) && (id.length === 11 ? mod11And10(id) : isDayMonth(id, 0) && ((11 - (weighted(id, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11) % 10 === digitAt(id, 12)),
    positive: 'JMBG 1607985710037',
    harmless: 'JMBG 1607985710038',
  },
  {
    id: 'baltic-id',
    sees: 'a personal code of Estonia, Latvia or Lithuania',
    words: ['isikukood', 'asmens kodas', 'personas kods', 'personal code', 'estonian id', 'lithuanian id', 'latvian id'],
    form: '[1-6]\\d{10}|\\d{6}-\\d{5}',
    valid: (id) =>
      (/^[1-6]/.test(id) && isYearMonth(id, 1) && restOf(id, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1], [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) === digitAt(id, 10)) ||
      (isDayMonth(id, 0) && ((1_101 - weighted(id, [1, 6, 3, 7, 9, 10, 5, 8, 4, 2])) % 11) % 10 === digitAt(id, 10)),
    positive: 'isikukood 38507160236',
    harmless: 'isikukood 38507160237',
  },
  {
    id: 'is-kennitala',
    sees: 'an Icelandic kennitala',
    words: ['kennitala', 'kennitölu', 'kennital'],
    form: '\\d{6}-?\\d{4}',
    valid: (id) => isDayMonth(id, 0) && (11 - (weighted(id, [3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === digitAt(id, 8),
    positive: 'kennitala 160785-2339',
    harmless: 'kennitala 160785-2349',
  },
  {
    id: 'hu-number',
    sees: 'a Hungarian social security or tax number',
    words: ['taj szám', 'taj-szám', 'taj:', 'adóazonosító', 'adoazonosito', 'hungarian tax'],
    form: '\\d{3}[- ]?\\d{3}[- ]?\\d{3}|8\\d{9}',
    valid: (id) => spread(id) && (id.length === 9 ? weighted(id, [3, 7, 3, 7, 3, 7, 3, 7]) % 10 === digitAt(id, 8) : weighted(id, [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 === digitAt(id, 9)),
    positive: 'TAJ szám 482 610 377',
    harmless: 'TAJ szám 482 610 378',
  },
  {
    id: 'ru-number',
    sees: 'a Russian insurance, tax or passport number',
    words: ['снилс', 'СНИЛС', 'snils', 'инн', 'ИНН', 'inn:', 'паспорт', 'Паспорт', 'серия'],
    form: '\\d{3}-\\d{3}-\\d{3}[- ]\\d{2}|\\d{12}|\\d{4} ?(?:№ ?)?\\d{6}',
    valid: (id) =>
      spread(id) &&
      (id.length === 11
        ? ((weighted(id, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100) === pairAt(id, 9)
        : id.length === 10 || ((weighted(id, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === digitAt(id, 10) && (weighted(id, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === digitAt(id, 11))),
    positive: 'СНИЛС 148-261-037 55',
    harmless: 'СНИЛС 148-261-037 56',
  },
  {
    id: 'ua-or-kz-number',
    sees: 'a tax number of Ukraine or an identification number of Kazakhstan',
    words: ['рнокпп', 'РНОКПП', 'іпн', 'ІПН', 'жсн', 'ЖСН', 'иин', 'ИИН', 'iin:'],
    form: '\\d{10}|\\d{12}',
    valid: (id) =>
      spread(id) &&
      (id.length === 10
        ? ((((weighted(id, [-1, 5, 7, 9, 4, 6, 10, 5, 7]) % 11) + 11) % 11) % 10) === digitAt(id, 9)
        : isYearMonth(id, 0) && restOf(id, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) === digitAt(id, 11)),
    positive: 'ИИН 850716300128',
    harmless: 'ИИН 850716300129',
  },
  {
    id: 'tw-id',
    sees: 'a Taiwanese identity number',
    words: ['身分證', '身份證字號', '統一編號', 'taiwan id', 'taiwanese id', 'taiwan national'],
    form: '[A-Z][1289]\\d{8}',
    valid: (id) => (Math.floor((TAIWAN.indexOf(id.charAt(0)) + 10) / 10) + ((TAIWAN.indexOf(id.charAt(0)) + 10) % 10) * 9 + weighted(id.slice(1), [8, 7, 6, 5, 4, 3, 2, 1, 1])) % 10 === 0 && id !== 'A123456789',
    positive: 'Taiwan ID F182641036',
    harmless: 'Taiwan ID F182641037; A123456789 is the example',
  },
  {
    id: 'southeast-asian-id',
    sees: 'an identity number of Indonesia, Vietnam or the Philippines',
    words: ['nomor induk', 'no. ktp', 'nik:', 'nik=', 'nik ', 'nik ktp', 'e-ktp', 'căn cước', 'cccd', 'cmnd', 'philhealth', 'umid', 'sss no', 'sss number', 'sss id'],
    form: '[1-9]\\d{15}|0\\d{11}|\\d{2}-\\d{7}-\\d|\\d{2}-\\d{9}-\\d',
    valid: (id) => spread(id) && (id.length !== 16 || isDayMonth(id, 6)),
    positive: 'NIK: 3174095607850002',
    harmless: 'NIK: 3174099907850002',
  },
  {
    id: 'south-asian-id',
    sees: 'an identity number of Pakistan, Bangladesh or Sri Lanka, or an Indian voter id',
    words: ['cnic', 'nadra', 'voter id', 'epic no', 'epic number', 'nid no', 'nid number', 'sri lanka', 'nic no', 'nic number'],
    form: '\\d{5}-\\d{7}-\\d|[A-Z]{3}\\d{7}|\\d{9}[VX]|(?:19|20)\\d{2}\\d{13}|\\d{10}',
    valid: (id) => spread(id) && !/1234567/.test(id),
    positive: 'CNIC 35202-4826103-7',
    harmless: 'CNIC 12345-1234567-1 is the form',
  },
  {
    id: 'middle-eastern-id',
    sees: 'an identity number of Saudi Arabia, Kuwait, Qatar, Egypt or Iran',
    words: ['iqama', 'رقم الهوية', 'الهوية الوطنية', 'رقم الإقامة', 'saudi id', 'الرقم المدني', 'civil id', 'qid:', 'qatar id', 'الرقم القومي', 'egyptian id', 'کد ملی', 'کدملی', 'code melli', 'iranian national'],
    form: '[12]\\d{9}|[123]\\d{11}|[23]\\d{10}|[23]\\d{13}|\\d{10}',
    valid: (id) => spread(id) && (id.length === 10 ? (/^[12]/.test(id) && luhn(id)) || iranianCheck(id) : id.length === 11 || isYearMonth(id, 1)),
    positive: 'iqama 2482610370',
    harmless: 'iqama 2482610372',
  },
  {
    id: 'african-id',
    sees: 'an identity or bank verification number of Nigeria, Ghana or Kenya',
    words: ['bvn', 'nimc', 'nin number', 'nin no', 'nigerian', 'ghana card', 'gha-', 'kra pin', 'kenyan id'],
    form: '[1-9]\\d{10}|GHA-\\d{9}-\\d|[AP]\\d{9}[A-Z]',
    valid: (id) => spread(id) && !/12345678/.test(id),
    positive: 'BVN 22482610371',
    harmless: 'BVN 12345678901 is the form',
  },
  {
    id: 'cedula',
    sees: 'the number of a cédula or DNI (Colombia, Ecuador, Uruguay, Venezuela, Peru, Argentina)',
    words: ['cédula', 'cedula', 'nuip', 'tarjeta de identidad', 'dni', 'documento de identidad'],
    form: '(?:V|E)-?\\d{7,8}|\\d{1,2}\\.\\d{3}\\.\\d{3}(?:-\\d)?|\\d\\.\\d{3}\\.\\d{3}\\.\\d{3}|\\d{8,10}',
    valid: (id) => spread(id) && !/1234567|^(?:19|20)\d{6}$/.test(id),
    positive: 'cédula de ciudadanía 1.048.261.037',
    harmless: 'cédula 1.234.567.890 es un ejemplo',
  },
  {
    id: 'mx-voter-or-tax-id',
    sees: 'a Mexican tax number of a person or an elector’s key',
    words: ['rfc:', 'r.f.c.', 'rfc del', 'rfc de ', 'clave de elector', 'registro federal'],
    form: '[A-ZÑ&]{4}\\d{6}[A-Z0-9]{3}|[A-Z]{6}\\d{8}[HM]\\d{3}',
    valid: (id) => isYearMonth(id, id.length === 13 ? 4 : 6) && !/^XAXX|^XEXX/.test(id),
    positive: 'RFC: GOMC850716QK4',
    harmless: 'RFC: XAXX010101000 es el genérico',
  },
  {
    id: 'mx-clabe',
    sees: 'a Mexican bank account number (CLABE)',
    words: ['clabe'],
    form: '\\d{3} ?\\d{3} ?\\d{11} ?\\d',
    valid: (id) => (10 - (Array.from(id.slice(0, 17), (digit, place) => (Number(digit) * ([3, 7, 1][place % 3] ?? 0)) % 10).reduce((sum, part) => sum + part, 0) % 10)) % 10 === digitAt(id, 17) && spread(id),
    positive: 'CLABE 012180048261037009',
    harmless: 'CLABE 012180048261037000',
  },
  {
    id: 'ae-id',
    sees: 'an identity number of the Emirates',
    words: ['emirates id', 'الهوية الإماراتية', 'eid number', 'eida'],
    form: '784-?\\d{4}-?\\d{7}-?\\d',
    valid: (id) => /^784(?:19|20)/.test(id) && spread(id),
    positive: 'Emirates ID 784-1990-4826103-7',
    harmless: 'Emirates ID: 784-YYYY-NNNNNNN-N',
  },
  {
    id: 'ng-nin',
    sees: 'a Nigerian identification number',
    words: ['nin ', 'nin=', 'nin:'],
    form: '[1-9]\\d{10}',
    withPerson: true,
    valid: spread,
    positive: 'NIN 22482610371, Elena Rossi',
    harmless: 'NIN 22482610371',
  },
  {
    id: 'vehicle-plate',
    sees: 'the plate of a vehicle with the name of a person',
    words: ['license plate', 'licence plate', 'number plate', 'plate number', 'plate no', 'vehicle registration', 'vehicle reg', 'kennzeichen', "plaque d'immatriculation", 'immatriculation', 'kenteken', 'nummerplade', 'targa:', 'plaka:'],
    form: '[A-ZÄÖÜ]{1,3}[ -]?[A-Z]{0,2}[ -]?\\d{1,4}[ -]?[A-Z]{0,3}|[A-Z]{2}[ -]?\\d{1,2}[ -]?[A-Z]{1,3}[ -]?\\d{4}|\\d{2}[ -]?[A-Z]{1,3}[ -]?\\d{2,4}|\\d[A-Z]{3}\\d{3}',
    withPerson: true,
    valid: (id) => id.length >= 5 && id.length <= 10 && /[A-Z]/.test(id) && /\d{2}/.test(id),
    positive: 'license plate 34 KLR 482, Elena Rossi',
    harmless: 'license plate 34 KLR 482 was seen at the gate',
  },
  {
    id: 'it-identity-card',
    sees: 'the number of an Italian identity card',
    words: ["carta d'identit", 'carta d’identit', 'carta di identit', 'carta d identit', 'documento di identit'],
    form: '[A-Z]{2}\\d{5}[A-Z]{2}|[A-Z]{2} ?\\d{7}|\\d{7}[A-Z]{2}',
    valid: (id) => spread(id) && !/1234567|12345/.test(id),
    positive: "carta d'identità CA48261RT",
    harmless: "carta d'identità CA12345AA è un esempio",
  },
  {
    id: 'de-tax-or-physician-number',
    sees: 'a German tax number or the number of a physician with the name of a person',
    words: ['steuernummer', 'st.-nr', 'steuer-nr', 'lanr', 'bsnr', 'arztnummer', 'betriebsstättennummer'],
    form: '\\d{2,3} ?/ ?\\d{3} ?/ ?\\d{4,5}|\\d{9}|\\d{13}',
    withPerson: true,
    valid: (id) => spread(id) && !/12345678/.test(id),
    positive: 'Steuernummer 048/261/03715, Elena Rossi',
    harmless: 'Steuernummer 048/261/03715 der Example GmbH',
  },
  {
    id: 'bank-account-of-person',
    sees: 'a bank account number with the name of a person',
    words: ['bank account', 'bankaccount', 'bank acct', 'kontonummer', 'kontonr', 'rekeningnummer', 'numéro de compte', 'numero de compte', 'número de cuenta', 'numero de cuenta', 'conto corrente', 'numer konta'],
    form: '\\d{8,17}',
    withPerson: true,
    valid: (id) => spread(id) && !/12345678|98765432/.test(id) && !/^(?:19|20)\d{6}$/.test(id),
    positive: 'bank account 945456787654, Elena Rossi',
    harmless: 'bank account 945456787654 of the project',
  },
  {
    id: 'br-worker-number',
    sees: 'a Brazilian PIS, PASEP or NIS number',
    words: ['pis:', 'pis/pasep', 'pasep', 'nis:', 'nit:'],
    form: '\\d{3}\\.?\\d{5}\\.?\\d{2}-?\\d',
    valid: (id) => spread(id) && ((11 - (weighted(id, [3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11) % 10 === digitAt(id, 10),
    positive: 'PIS/PASEP 120.48261.03-7',
    harmless: 'PIS/PASEP 120.48261.03-8',
  },
  {
    id: 'es-social-security',
    sees: 'a Spanish social security number',
    words: ['nuss', 'seguridad social', 'afiliación'],
    form: '\\d{2}[ /-]?\\d{8}[ /-]?\\d{2}',
    valid: (id) => spread(id) && remainder(id.slice(0, 10), 97) === pairAt(id, 10),
    positive: 'NUSS 28 48261037 82',
    harmless: 'NUSS 28 48261037 83',
  },
  {
    id: 'fr-tax-number',
    sees: 'a French tax number',
    words: ['numéro fiscal', 'numero fiscal', 'numéro spi', 'référence fiscale'],
    form: '[0-3]\\d ?\\d{2} ?\\d{3} ?\\d{3} ?\\d{3}',
    valid: (id) => Number(id.slice(0, 10)) % 511 === Number(id.slice(10)) && spread(id),
    positive: 'numéro fiscal 30 23 217 600 053',
    harmless: 'numéro fiscal 30 23 217 600 054',
  },
  {
    id: 'pl-identity-card',
    sees: 'the number of a Polish identity card',
    words: ['dowód osobisty', 'dowodu osobistego', 'nr dowodu', 'seria i numer'],
    form: '[A-Z]{3} ?\\d{6}',
    valid: (id) => (Array.from(id, (character, place) => Number.parseInt(character, 36) * ([7, 3, 1, 0, 7, 3, 1, 7, 3][place] ?? 0)).reduce((sum, part) => sum + part, 0) % 10) === digitAt(id, 3) && id !== 'ABC123456',
    positive: 'nr dowodu DBR 026102',
    harmless: 'nr dowodu DBR 026103',
  },
  {
    id: 'uk-tax-reference',
    sees: 'a UK unique taxpayer reference',
    words: ['utr', 'unique taxpayer'],
    form: '\\d{5} ?\\d{5}',
    valid: (id) => spread(id) && '21987654321'.charAt(weighted(id, [0, 6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11) === id.charAt(0) && !/1234567/.test(id),
    positive: 'UTR 48261 03705',
    harmless: 'UTR 48261 03706',
  },
  {
    id: 'nz-number',
    sees: 'a New Zealand tax or health number',
    words: ['ird number', 'ird no', 'ird:', 'nhi number', 'nhi:', 'nhi no'],
    form: '\\d{2,3}-?\\d{3}-?\\d{3}|[A-HJ-NP-Z]{3}\\d{4}',
    valid: (id) => (/^\d+$/.test(id) ? spread(id) && irdCheck(id.padStart(9, '0')) : !/1234/.test(id)),
    positive: 'IRD number 048-261-035',
    harmless: 'IRD number 048-261-036',
  },
  {
    id: 'us-prescriber',
    sees: 'the DEA number or provider identifier of a US physician',
    words: ['dea number', 'dea no', 'dea#', 'dea:', 'dea registration', 'npi:', 'npi=', 'npi number', 'npi no', 'npi ', 'medical lic', 'dea '],
    form: '[ABCDEFGHJKLMPRSTUX][A-Z9]\\d{7}|[12]\\d{9}',
    valid: (id) => (id.length === 9 ? (weighted(id.slice(2), [1, 2, 1, 2, 1, 2]) % 10) === digitAt(id, 8) && !/1234563/.test(id) : luhn(`80840${id}`) && id !== '1234567893'),
    positive: 'DEA number BR4826105',
    harmless: 'DEA number BR4826106',
  },
];

/** Each letter is its number in two digits; every second digit is doubled, with the sum of its digits. */
function insuranceCheck(id: string): boolean {
  const digits = `${String(id.charCodeAt(0) - 64).padStart(2, '0')}${id.slice(1, 9)}`;
  const sum = Array.from(digits, Number).reduce((total, digit, place) => total + (place % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit), 0);
  return sum % 10 === digitAt(id, 9);
}

function iranianCheck(id: string): boolean {
  const rest = weighted(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
  return (rest < 2 ? rest : 11 - rest) === digitAt(id, 9);
}

function irdCheck(id: string): boolean {
  const rests = [[3, 2, 7, 6, 5, 4, 3, 2], [7, 4, 3, 2, 5, 2, 7, 6]].map((weights) => (11 - (weighted(id, weights) % 11)) % 11);
  return (rests.find((rest) => rest < 10) ?? -1) === digitAt(id, 8);
}
