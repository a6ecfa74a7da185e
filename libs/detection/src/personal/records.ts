import type { Analyser, Detector, PatternRule } from '../rule.ts';
import { ROLES_OF_PEOPLE } from './national-ids.ts';
import { weighted } from './check-digits.ts';
import { hasNameField, isAboutPerson, namesPatient, namesPerson } from './people.ts';
import { STREET } from './streets.ts';
import { ruleOfOutput } from './told.ts';

const around = (text: string, start: number, end: number, reach: number): string => text.slice(Math.max(0, start - reach), end + reach);
const DATE = /(?:(?:19|20)\d\d年 ?\d{1,2}月 ?\d{1,2}|(?:19|20)\d\d년 ?\d{1,2}월 ?\d{1,2}|\b(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\b\d{1,2}[-/. ](?:\d{1,2}|[A-Za-z]{3,9})[-/. ,]{1,2}(?:19|20)?\d\d|\b[A-Z][a-z]{2,8} \d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\d\d)(?!\w)/;
const BIRTH = /\b(?:dob|d\.o\.b|date[ _]of[ _]birth|birth_?date|birthday|born|geboren|geburtsdatum|né|née|nato|nacid[oa])\b/i;

// A number of a passport with words that say so, or the machine-readable lines of one.
const passport: PatternRule = {
  ...ruleOfOutput({ id: 'passport-number', sees: 'the number of a passport', positive: 'passport no. G32459341, Elena Rossi, DOB 1974-05-18', harmless: 'a passport is needed for the trip; passport-local 1.0.0 was installed, see RFC 7519', source: 'ICAO Doc 9303' }),
  roles: ROLES_OF_PEOPLE,
  literals: ['passport', 'reisepass', 'passeport', 'pasaporte', 'passaporto', 'passaporte', 'paspoort', 'paszport', '护照', '旅券', '여권'],
  pattern: /(?:护照(?:号码?|號碼)?|旅券番号|여권(?: ?번호)?|passport|reisepass|passeport|pasaporte|passaport[oe]|paspoort|paszport)[ _-]?(?:number|no\.?|nr\.?|num(?:ber|mer|ero)?|id|#|n[°º])?["']?[^\S\n]{0,2}(?:[:=#：]|is|:\s?["'])?\s{0,3}["']?#?((?=[A-Z]{0,3}\d)(?:[A-Z]{0,3}\d{6,9}[A-Z]?|[A-Z0-9]{2}\d{5}[A-Z0-9]{1,2})|(?=[A-Z]{0,8}\d)[CFGHJ-NPRTV-Z][CFGHJ-NPRTV-Z\d]{8})(?![\w-])/i,
  before: 4,
  after: 80,
  accepts: ([match, number = ''], { text }, at) => !/^(?:19|20)\d{6}$|1234567|0{5}/.test(number) && (/(?:number|no\b|nr|num|id|#|n[°º]|[:=])/i.test(match) || isAboutPerson(around(text, at, at + match.length, 80))),
};

const machineReadable: PatternRule = {
  ...ruleOfOutput({ id: 'machine-readable-zone', sees: 'the machine-readable lines of a passport or identity card', positive: 'P<D<<MUSTERFRAU<<ANNA<MARIA<<<<<<<<<<<<<<<<<<\nC01X00T478D<<6408125F2702283<<<<<<<<<<<<<<<4', harmless: 'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<', source: 'ICAO Doc 9303' }),
  roles: ROLES_OF_PEOPLE,
  literals: ['<<<<'],
  pattern: /(?:^|[\s"'])[PIAC][A-Z<][A-Z<]{3}[A-Z0-9<]{24,42}(?:\s|\\n){1,2}[A-Z0-9<]{28,44}/,
  before: 60,
  after: 90,
  accepts: ([match]) => !match.includes('<UTO') && /\d{6}/.test(match),
};

const drivingLicence: PatternRule = {
  ...ruleOfOutput({ id: 'driving-licence', sees: 'the number of a driving licence', positive: "Driver's license R8448927 (WA), Wei Lindqvist, 207 Oak Street", harmless: "the driver's license is MIT; driver version 8448927 of the licence server" }),
  roles: ROLES_OF_PEOPLE,
  literals: ["driver's lic", 'driver’s lic', 'drivers lic', 'driver lic', 'driver_lic', 'driverlic', 'driving lic', 'driving_lic', 'führerschein', 'permis de conduire', 'permiso de conducir', 'patente di guida', 'rijbewijs', 'dl number', 'dl no', 'dl#', 'dl: '],
  pattern: /(?:driv(?:er(?:['’]?s)?|ing)[ _]?licen[cs]e|führerschein|permis de conduire|permiso de conducir|patente di guida|rijbewijs|dl)[ _-]?(?:number|no\.?|nr\.?|nummer|num|id|#)?["']?[^\S\n]{0,2}(?:[:=#]|is)?\s{0,3}["']?(?=[A-Z0-9 -]{0,8}\d)([A-Z]{0,3}\d[\dA-Z]{0,2}[\d -]{3,16}\d|[A-Z]{1,3}[- ]?\d{3,8}(?:[- ]?\d{2,8}){0,3}|[A-Z9]{5} ?\d{6} ?[A-Z9]{2}\d[A-Z]{2}(?: ?\d\d)?|[A-Z]\d[A-Z0-9]{9}|[A-Z]{2}\d{7}[A-Z])(?![\w])/i,
  before: 4,
  after: 90,
  accepts: ([, number = '']) => (number.match(/\d/g)?.length ?? 0) >= 5 && !/^(?:19|20)\d\d-|1234567|0{5}/.test(number),
};

const ABA = [3, 7, 1, 3, 7, 1, 3, 7, 1];
const bankAccount = ruleOfOutput({ id: 'bank-account', sees: 'a bank account with its routing number, sort code or bank', positive: 'wire it to account number 4471902358, routing number 021000021', harmless: 'the account number 123456789 and routing number 987654321 are made up' });
const BANK_CODE = /(?:routing|aba|rtn)[^\d\n]{0,24}(\d{9})(?!\d)|sort[ _-]?code[^\d\n]{0,12}(\d{2}[- ]?\d{2}[- ]?\d{2})(?!\d)|bsb[^\d\n]{0,12}(\d{3}-?\d{3})(?!\d)|ifsc[^A-Z\n]{0,12}([A-Z]{4}0[A-Z0-9]{6})\b|(?:transit|institution)[^\d\n]{0,24}(\d{3,5})(?!\d)|(?:bic|swift)[^A-Z\n]{0,12}([A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)\b|blz[^\d\n]{0,8}(\d{8})(?!\d)/i;
const ACCOUNT = /(?:account|acct|acc(?![a-z])|a\/c|konto|cuenta|compte|rekening|conta)[ _-]?(?:number|no|num|nr|#|nummer)?\.?["']?[^\d\n]{0,16}?(\d[\d -]{4,18}\d)(?![\d-])/i;

/** Two numbers belong to it; either may come first. */
const bankAccounts: Analyser = {
  name: 'bank accounts',
  roles: ROLES_OF_PEOPLE,
  literals: ['routing', 'sort code', 'sort_code', 'sortcode', 'bsb', 'ifsc', 'swift', 'aba number', 'kontonummer', 'blz'],
  rules: [bankAccount],
  analyse: ({ text, hits, budget, report }) => {
    let reached = 0;
    for (const hit of hits) {
      if (hit < reached) continue;
      const from = Math.max(0, hit - 96);
      const window = text.slice(from, hit + 128);
      budget.spend(2 * window.length);
      const code = BANK_CODE.exec(window.slice(hit - from));
      if (!code) continue;
      const routing = code[1];
      if (routing !== undefined && (weighted(routing, ABA) % 10 !== 0 || /^(\d)\1+$|^123456/.test(routing))) continue;
      const account = ACCOUNT.exec(window);
      const number = account?.[1];
      if (!account || number === undefined || /^1234567|^(\d)\1+$/.test(number) || number === routing) continue;
      const end = from + account.index + account[0].length;
      reached = Math.max(hit + code.index + code[0].length, end);
      report(bankAccount, end - number.length, end);
    }
  },
};

const bankTable = ruleOfOutput({
  id: 'bank-table', sees: 'a table of people with their bank accounts', positive: 'name,account,sort_code\nJ Adler,73628190,20-45-45\nA Jonas,66112893,40-12-09\n', harmless: 'name,account,sort_code\nstring,string,string\n',
});
/** A row of it: a word for a name, and two numbers of banks. */
const BANK_ROW = /^["']?[A-Z][\w.'’ -]{1,40}["']?\s?[,;|\t](?=[^\n]*\d{6})[^\n]*(?:\d{2}-\d{2}-\d{2}|\d{6,}|[A-Z]{2}\d{2}[A-Z0-9]{10})/;

const bankTables: Analyser = {
  name: 'bank tables',
  roles: ROLES_OF_PEOPLE,
  literals: ['sort_code', 'sort code', 'routing_n', 'routing n', ',routing', ';iban', ',iban', '|iban', '| iban', 'account_no', 'account_number', ';kontonummer', ',bsb', ',ifsc'],
  rules: [bankTable],
  analyse: ({ text, hits, budget, report }) => {
    for (const hit of hits.slice(0, 8)) {
      budget.spend(900);
      const before = text.slice(Math.max(0, hit - 160), hit);
      const rows = text.slice(hit, hit + 600).split('\n', 6);
      const head = before.slice(before.lastIndexOf('\n') + 1) + (rows[0] ?? '');
      if (!/name|holder|payee|employee|customer|client|owner/i.test(head) || head.split(/[,;|\t]/, 3).length < 3) continue;
      if (rows.slice(1).filter((row) => BANK_ROW.test(row.replace(/^\s*\|?\s*(?:\d{1,8}\s?[,;|\t]\s?)?/, ''))).length >= 2) return report(bankTable, hit, hit + 8);
    }
  },
};

const health = ruleOfOutput({ id: 'health-record', sees: 'health data of a person: a patient with number, diagnosis or medication', positive: 'Patient Wei Dubois, DOB 1998-01-13, MRN 05881591, diagnosis: major depression', harmless: 'The patient portal shows a diagnosis code once MRN search is enabled' });
const CONDITION =
  /\bhiv_?(?:status|positiv)|diagnos\w{1,5}[^\S\n]{0,2}(?:[:=]|with|of|is)\s?["']?[a-zà-ÿ]{3}|\b(?:HIV|AIDS|cancer|carcinoma|tumou?r|leuk[a]?emia|lymphoma|diabet\w{2,4}|depress\w{2,4}|bipolar|schizophreni\w|epileps\w|asthma|hepatitis|pregnan\w{2,3}|chemotherapy|dialysis|alzheimer\w{0,2}|dementia|parkinson\w{0,2}|stroke|hypertension|COPD|anxiety disorder|ADHD|autism|tubercul\w{3,4}|syphilis|miscarriage|abortion|overdose|rehab|insulin|metformin|lisinopril|sertraline|fluoxetine|methadone|oncolog\w{1,3}|stage (?:I{1,3}V?|[1-4]))\b|\b(?:VIH|SIDA|c[áa]ncer|Krebs|tumore|diab[eè]te?s?|sclerosi multipla|esclerosis|Sklerose|epilessia|epilepsia|Epilepsie|d[eé]pressi(?:on|one)|depresi[óo]n|esquizofrenia|schwanger\w{0,6}|embaraz\w{1,4}|hipertensi[óo]n|cukrzyc\w{1,2}|рак|диабет|ВИЧ)(?![a-zà-ÿа-я])|\bICD-?(?:9|10)\b[^\n]{0,8}[A-Z]\d{2}|\b[A-TV-Z]\d{2}\.\d{1,2}\b|\bprescri\w{2,6}\b[^\n]{0,20}\d{1,5} ?m[gl]\b/i;
const PATIENT_NUMBER = /\b(?:MRN|medical record(?: (?:number|no\.?))?|patient[ _]?(?:id|no\.?|number)|chart (?:no|number)|health (?:card|plan)(?: (?:no\.?|number|id))?|insurance(?: (?:id|no\.?|number|member))?|member id)["']?\s{0,2}[:#=]?\s{0,2}["']?#?(?:[A-Z]{0,4}-?\d{5,14}|\d{4}[- ]\d{3}[- ]\d{3})\b/i;

/** A person and what ails them, or a person's number at a hospital. Talk about patients in general is neither. */
const healthRecords: Analyser = {
  name: 'health records',
  roles: ROLES_OF_PEOPLE,
  literals: ['patient', 'diagnos', ' mrn', 'mrn:', '"mrn"', 'medical record', 'prescri', 'icd-10', 'blood type', 'blood_type', 'health card', 'lab result', 'test result', 'health insurance', 'hiv', 'paciente', 'paziente', 'pacjent', 'пациент', '患者', '환자', 'pasient', 'patiënt', 'potilas', 'pacient'],
  rules: [health],
  analyse: ({ text, hits, budget, report }) => {
    let reached = -1;
    for (const hit of hits) {
      if (hit < reached) continue;
      // Where nothing was found, the next word looks at much the same text.
      reached = hit + 64;
      const window = text.slice(hit, hit + 220).split(/\n\s*\n/, 1)[0] ?? '';
      const before = text.slice(Math.max(0, hit - 80), hit);
      budget.spend(window.length * 10 + 80);
      const condition = CONDITION.exec(window);
      const number = PATIENT_NUMBER.exec(window);
      const born = BIRTH.test(window) && DATE.test(window);
      const person = namesPatient(window) || namesPatient(before) || /\b(?:patient|full|first|last)_?name["']?\s{0,2}[:=]/i.test(window);
      const signs = [condition !== null, number !== null, born, person].filter(Boolean).length;
      if ((condition === null && number === null) || signs < 2 || (!person && number === null)) continue;
      const end = Math.max(condition ? condition.index + condition[0].length : 0, number ? number.index + number[0].length : 0, born ? (DATE.exec(window)?.index ?? 0) + 10 : 0);
      report(health, hit, hit + Math.min(window.length, end));
      reached = hit + end;
    }
  },
};

const pay = ruleOfOutput({ id: 'pay', sees: 'what a person earns', positive: 'Daniel Rossi: salary 70000 USD, home address 403 Maple Ave', harmless: 'The average salary in the region is 70000 USD' });
const AMOUNT = /(?:[$€£¥₹]|\b(?:USD|EUR|GBP|CHF|INR|CAD|AUD)) ?\d{1,3}(?:[,.' ]?\d{3})+(?:[.,]\d\d)?|\b\d{1,3}(?:[,.' ]?\d{3})+(?:[.,]\d\d)? ?(?:[$€£]|USD|EUR|GBP|CHF|INR|CAD|AUD|per (?:year|month|annum)|p\.a\.|a year|annually|\/ ?(?:yr|year|month))|["':=] {0,2}["']?\d{5,7}(?:\.\d\d)?["']?(?=\s*[,}\n;]|$)|\b\d{2,3}k\b/i;

const payData: Analyser = {
  name: 'pay data',
  roles: ROLES_OF_PEOPLE,
  literals: ['salary', 'salaries', 'gehalt', 'compensation', 'annual pay', 'base pay', 'gross pay', 'bonus', 'lohn', 'sueldo', 'nómina', 'stipendio', 'wynagrodzeni', 'зарплат', 'net pay', 'payslip', 'pay slip', 'earns', 'salaire', 'wages', 'payroll'],
  rules: [pay],
  analyse: ({ text, hits, budget, report }) => {
    let reached = 0;
    for (const hit of hits) {
      if (hit < reached) continue;
      const after = text.slice(hit, hit + 60);
      budget.spend(260);
      const before = text.slice(Math.max(0, hit - 70), hit);
      // `Elena Rossi – 92,000 EUR, bonus 12 %`
      const ahead = before.slice(before.lastIndexOf('\n') + 1);
      const amount = AMOUNT.exec(after) ?? (/^bonus/i.test(after) && !/[.!?]\s/.test(ahead) ? AMOUNT.exec(ahead) : null);
      if (!amount) continue;
      const line = `${before.slice(Math.max(0, before.lastIndexOf('\n') + 1))}${after}`;
      const record = before.slice(Math.max(before.lastIndexOf('{'), 0)) + after;
      if (/\b(?:average|median|range|minimum|maximum|between|up to|from|typical|expected|starting|mean|avg|sum)\b/i.test(line) || !(namesPerson(line) || (hasNameField(record) && namesPerson(record)))) continue;
      const start = (amount.input === ahead ? hit - ahead.length : hit) + amount.index;
      reached = Math.max(hit + 1, start + amount[0].length);
      report(pay, start, start + amount[0].length);
    }
  },
};

const identity = ruleOfOutput({ id: 'identity-record', sees: 'a person with date of birth and address, phone, e-mail, mother’s name, or what a register holds of him', positive: 'Elena Rossi, born 1974-05-18, 12 Oak Street, elena.rossi@example.org', harmless: 'Marie Curie, born 7 November 1867 in Warsaw, was a physicist' });
const birthDate = ruleOfOutput({ id: 'birth-date', severity: 'medium', sees: 'a date of birth with the name of the person', positive: 'name: Elena Rossi, DOB: 1974-05-18', harmless: 'the DOB field takes 2024-01-01 and later' });
const CONTACT = /[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,30}|\+\d[\d ().-]{7,18}\d|\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}\b|\b(?:tel|telef?[oó]no?|telephone|phone|cell|mobile?|handy|tél|тел)\b\.?:?\s?[+(]?\d[\d ()/.-]{4,16}\d|mother(?:['’]?s)? maiden|security (?:answer|question)|電話|电话|携帯|手机|الجوال|الهاتف|هاتف|điện thoại|연락처|휴대폰|전화/i;
/** A town behind its code, or a code behind the town, as addresses end. */
const ADDRESS_LABEL = /(?:\b(?:address|adresse?|anschrift|direcci[óo]n|domicilio|indirizzo|endere[çc]o|osoite|bydliště|wohnhaft|residing|lives at|street|zip|postcode|plz)|住所|地址|주소|адрес|כתובת|العنوان)["']?\s{0,2}[:：=]?\s{0,3}["']?[^\s"':：=]{2}/i;
const TOWN = /(?<![\d-])\d{4,5} [A-ZÄÖÜ][a-zà-ÿ]{2,20}\b|\b[A-Z]{2} \d{5}\b(?!-)|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b/;
/** What is nobody's business, or a number by which a register knows him. */
const PRIVATE_FACT =
  /\b(?:convict(?:ed|ions?)|felony|misdemeanou?r|arrest(?:ed|s)?|burglary|sex offender|probation|parole|bankruptcy|garnish\w{2,6}|child support|alimony|asylum|deport\w{2,4}|drug test|disciplinary|diagnos\w{2,4}|pathogenic|pregnan\w{2,3}|HIV|suicid\w{2,3}|addict\w{2,4}|FICO|credit score|konfession|schwerbehind\w{2,6}|pfändung|steuerklasse|(?:privat)?insolvenz|schulden|blood (?:group|grp|type)|vorstrafen?|familienstand|steuernummer|rente|einkommen|arrestee|defendant|debtor|inmate|possession of|booking|charged with|geschieden|staatsangeh\w{3,10}|nacionalidad|estado civil|état civil|marital status)(?![a-z])|\bpas(?:s(?:port)?)?(?:nr|nummer|no)?\.?:? ?\d{7,9}\b|\b(?:A-Number|FBI ?#|case (?:no|number)|inmate|prisoner|passport|member ?id|HKID|NRIC|identit[éy]|personalausweis|ausweis|aktenzeichen|DNI|MRN|medicare|medicaid|visa (?:no|number)|student (?:id|no)|policy(?: (?:no|number))?|licen[cs]e (?:no|number))\b[^\n]{0,14}\d|护照|身份证|旅券|여권|رقم الهوية|جواز|carrier of|variant/i;

const BIRTH_YEAR = /(?<=^\(b\. )(?:19|20)\d\d|(?<=^dob\W{1,3})(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\b/i;

const births: Analyser = {
  name: 'dates of birth',
  roles: ROLES_OF_PEOPLE,
  literals: ['dob', 'd.o.b', 'date of birth', 'date_of_birth', 'dateofbirth', 'birth_date', 'birthdate', 'birthday', 'born ', 'geboren', 'geburtsdatum', 'née le', 'né le', 'nacimiento', 'nascita', 'nascimento', 'date de naissance', 'geboortedatum', 'data urodzenia', 'fødselsdato', 'födelsedatum', 'geb. ', 'geb.:', 'doğum', 'nato il', 'nata il', 'nacido', 'nacida', 'nascido', 'nascida', 'født', 'född', 'urodzon', 'narozen', 'született', 'syntyn', 'дата рожд', 'дата народж', '(b. ', '(geb. ', 'né(e) le', 'geb.dat', '生年月日', '생년월일', '出生日期', '出生年月', 'תאריך ליד', 'تاريخ الميلاد', 'ngày sinh', 'tanggal lahir'],
  rules: [identity, birthDate],
  analyse: ({ text, hits, budget, report }) => {
    let reached = 0;
    for (const hit of hits) {
      if (hit < reached || /[A-Za-z]/.test(text.charAt(hit - 1))) continue;
      const after = text.slice(hit, hit + 40);
      budget.spend(1_200);
      const date = DATE.exec(after) ?? BIRTH_YEAR.exec(after);
      if (!date) continue;
      const record = around(text, hit, hit, 160);
      // Words of other scripts stand on forms, whose names are told by no capital.
      const onForm = text.charCodeAt(hit) > 0x24f && (CONTACT.test(record) || ADDRESS_LABEL.test(record));
      if (!(onForm || isAboutPerson(record)) || /muster(?:mann|frau|stadt|stra)/i.test(record)) continue;
      const start = hit + date.index;
      reached = start + date[0].length;
      const dated = Number(/(?:18|19|20)\d\d/.exec(date[0])?.[0] ?? '1990');
      if (dated < 1915) continue;
      report(STREET.test(record) || CONTACT.test(record) || TOWN.test(record) || ADDRESS_LABEL.test(record) || PRIVATE_FACT.test(record) || CONDITION.test(record) ? identity : birthDate, start, reached);
    }
  },
};

const homeAddress: PatternRule = {
  ...ruleOfOutput({ id: 'home-address', severity: 'medium', sees: 'where a person lives', positive: 'Daniel Rossi, home address: 403 Maple Ave', harmless: 'The office is at 403 Maple Ave; set your home address in the profile' }),
  roles: ROLES_OF_PEOPLE,
  literals: ['home address', 'home_address', 'lives at', 'residing at', 'residential address', 'wohnhaft', 'domicilié'],
  pattern: /(?:home[ _]address|lives at|residing at|residential address|wohnhaft|domicilié)["']?\s{0,2}[:=]?\s{0,2}["']?[^\n"']{0,30}?\d{1,5}[^\n"']{0,40}/i,
  before: 2,
  after: 120,
  accepts: ([match], { text }, at) => isAboutPerson(around(text, at, at, 70)) || STREET.test(match),
};

const wallet: PatternRule = {
  ...ruleOfOutput({ id: 'wallet-of-person', sees: 'the address of a wallet with the name of whom it belongs to', positive: 'wallet of Elena Rossi: bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq', harmless: 'donations to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq are welcome' }),
  roles: ROLES_OF_PEOPLE,
  literals: ['bc1q', 'bc1p', 'wallet', 'bitcoin', 'btc addr', 'eth addr', 'usdt'],
  pattern: /\b(?:bc1[qp][02-9ac-hj-np-z]{38,58}|0x[0-9a-fA-F]{40}|[13][1-9A-HJ-NP-Za-km-z]{25,34}|T[1-9A-HJ-NP-Za-km-z]{33})(?![A-Za-z0-9])/,
  before: 90,
  after: 120,
  accepts: ([match], { text }, at) => namesPerson(around(text, at, at + match.length, 60)) && !/donat|example|contract|\btoken\b/i.test(around(text, at, at + match.length, 60)),
};

const visitingCard: PatternRule = {
  ...ruleOfOutput({
    id: 'contact-card', sees: 'cards of an address book with a birthday or a home, or several with telephone numbers', positive: 'BEGIN:VCARD\nVERSION:3.0\nFN:Elena Rossi\nBDAY:1984-05-18\nTEL:+39 06 6982 4417\nEND:VCARD', harmless: 'BEGIN:VCARD\nVERSION:3.0\nORG:Example Ltd\nTEL:+39 06 6982 4417\nEND:VCARD', source: 'RFC 6350',
  }),
  roles: ROLES_OF_PEOPLE,
  literals: ['begin:vcard'],
  pattern: /BEGIN:VCARD(?=[^]{0,120}\b(?:FN|N)[:;])[^]{0,500}?(?:\bBDAY[^\n:]{0,30}:\S{4}|\bADR[^\n:]{0,40}HOME[^\n:]{0,20}:|\bTEL[^]{0,400}?BEGIN:VCARD[^]{0,400}?\bTEL\b)/i,
  before: 2,
  after: 1_000,
};

export const recordDetectors: readonly Detector[] = [visitingCard, wallet, passport, machineReadable, drivingLicence, bankAccounts, bankTables, healthRecords, payData, births, homeAddress];
