/** Two to four words with capitals, as names of people are written; initials and particles among them. */
const UPPER = 'A-Z\\u00c0-\\u00d6\\u00d8-\\u00de\\u0100-\\u017f\\u0391-\\u03a9\\u0410-\\u042f';
const LETTER = `${UPPER}a-z\\u00df-\\u00f6\\u00f8-\\u00ff\\u03ac-\\u03ce\\u0430-\\u045f`;
// Without the flag `u`, which makes the expression several times dearer.
const NAME = new RegExp(
  `(?<![${LETTER}\\d_])[${UPPER}][${LETTER}'’]{1,20}(?:-[a-z]{2,8})?(?:[ -](?:[${UPPER}]\\.?|(?:van|von|de|der|den|da|di|del|la|le|bin|al|el)|[${UPPER}][${LETTER}'’]{1,20})){0,2}[ -][${UPPER}][${LETTER}'’]{1,20}(?![${LETTER}\\d_])`,
  'g',
);

/** Capitalised words that are no names. */
const NO_NAME: ReadonlySet<string> = new Set(
  'Social Security Insurance National Number Card Credit Debit Date Birth United States Kingdom Street Avenue Ave Road Lane Drive City Bank Account Passport License Licence Driver Drivers Driving Patient Medical Record Health The This That Please Dear Hello Best Kind Regards Thanks Thank From Subject Customer Employee Details Access Total Order Invoice Tax File Home Address Phone Email Name Page Table Section Version Project Team Department Inc Ltd Llc Gmbh Corp Company University Hospital January February March April May June July August September October November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday North South East West New York San Los Key Test Example Error Request Response Content Type User Agent Open Source Apache Mozilla Royal Visa Mastercard American Express Ref For Your Our Re Contract Routing Sort Code Salary Payroll Senior Junior Software Engineer Manager Director Summary Report Average Median Range Base Annual GmbH LLC KG AG SARL SRL PLC Store Shop Branch Filiale Restaurant Hotel Clinic Pharmacy Praxis School Office Center Centre Market Station Library Museum Pizza Deli Grill Salon Dental Motors Services Solutions Group Systems Police Fire Emergency Hotline Reception Helpdesk Desk Support Sales Marketing Technical Poison BIC IBAN SWIFT VAT EUR USD See Call Ask Read Visit Meet Study Note Chapter Figure Winner'.split(
    ' ',
  ),
);

/** Whether a person is named in a stretch of text. */
export function namesPerson(text: string): boolean {
  return firstName(text) !== undefined;
}

/** The first name in a stretch of text and where it stands. */
export function firstName(text: string): Readonly<{ name: string; at: number }> | undefined {
  NAME.lastIndex = 0;
  for (let match = NAME.exec(text); match; match = NAME.exec(text)) {
    if (!match[0].split(/[ -]/).some((word) => NO_NAME.has(word))) return { name: match[0], at: match.index };
  }
  return undefined;
}

/** The last name in a short stretch of text and where it stands. */
export function lastName(text: string): Readonly<{ name: string; at: number }> | undefined {
  let last: Readonly<{ name: string; at: number }> | undefined;
  for (let from = 0; from < text.length; ) {
    const next = firstName(text.slice(from));
    if (!next) break;
    last = { name: next.name, at: from + next.at };
    from = last.at + next.name.length;
  }
  return last;
}

/** `"name": "…"`, `first_name: …`, `patient: …`: a field that holds a person's name. */
export const hasNameField = (text: string): boolean => /["'<_\b](?:full_?|first_?|last_?|sur|customer_?|employee_?|patient_?|holder_?|given_?|family_?)?name["'>]?\s{0,2}[:=>]\s{0,2}["']?[a-zà-ÿ]{2}/i.test(text) || NAME_LABEL.test(text);
/** The same on forms in other languages. */
const NAME_LABEL = /(?:\b(?:nom|pr[ée]nom(?:s|\(s\))?|nombres?|apellidos?|nome|cognome|(?:nach|vor)name|naam|imi[ęe]|nazwisko|jm[ée]no|ad soyad|nimi|navn|namn)|имя|фамилия|фио|ім'я|氏名|姓名|名前|이름|성명|שם|الاسم)\s{0,2}[:：=]\s{0,3}["']?[^\s\d"':：=,;]{2}/i;

/** Somebody who is not named as a doctor or professor: whose illness it may be. */
export function namesPatient(text: string): boolean {
  for (let from = 0; from < text.length; ) {
    const next = firstName(text.slice(from));
    if (!next) return false;
    const at = from + next.at;
    if (!/\b(?:Dr|Drs|Dra|Prof|Doctor|Professor|Dott|Doktor)\.?(?: med\.?)?\s{0,2}$/.test(text.slice(Math.max(0, at - 16), at)) && !/^(?:Dr|Prof|Doctor|Professor|Doktor)\b/.test(next.name)) return true;
    from = at + next.name.length;
  }
  return false;
}

export const isAboutPerson = (text: string): boolean => namesPerson(text) || hasNameField(text);
