import { remembering } from '../remembering.ts';
import type { Analyser, Rule } from '../rule.ts';
import { likelyNationalId } from './formed-ids.ts';
import { compacted, NATIONAL_IDS, type NationalId, ROLES_OF_PEOPLE, ruleOfId } from './national-ids.ts';

/** The name of a field is as good as a word before the number. */

const passportField: Rule = {
  id: 'personal.passport-field',
  type: 'pii_exposure',
  severity: 'high',
  sees: 'the number of a passport in a field made for it',
  positive: { tool: 'book_flight', arguments: { passengers: [{ passportNumber: 'X91092906' }] } },
  nearMiss: { tool: 'book_flight', arguments: { passengers: [{ passportNumber: 'on file' }] } },
};
const documentField: Rule = {
  id: 'personal.document-field',
  type: 'pii_exposure',
  severity: 'high',
  sees: 'the number of a driving licence, residence permit, visa or patient in a field made for it',
  positive: { tool: 'add_driver', arguments: { driving_licence_number: 'ROSSI 853126 E99RW' } },
  nearMiss: { tool: 'add_driver', arguments: { driving_licence_number: 'to be shown at the desk' } },
};
const birthField: Rule = {
  id: 'personal.birth-date-field',
  type: 'pii_exposure',
  severity: 'low',
  sees: 'a date of birth in a field made for it',
  positive: { tool: 'update_profile', arguments: { dateOfBirth: '1985-07-09' } },
  nearMiss: { tool: 'update_profile', arguments: { dateOfBirth: 'YYYY-MM-DD' } },
};

type Reader = (text: string) => Rule | undefined;
type Candidate = Readonly<{ id: NationalId; whole: RegExp; fields: readonly string[] }>;

const candidates: readonly Candidate[] = NATIONAL_IDS.map((id) => ({ id, whole: new RegExp(`^(?:${id.form})$`, 'i'), fields: id.words.map(asField) }));

function asField(word: string): string {
  return `_${word.toLowerCase().replace(/[^\p{L}\d]+/gu, '_').replace(/^_+|_+$/g, '')}_`;
}

/** Of any country: those whose check leaves little to chance. */
const GENERAL = /(?:^|_)(?:national_(?:id|identity|identification)|identity_(?:card|no|number)|citizen_id|government_id|personal_(?:id|identity)|tax_(?:id|number|no)|taxpayer_(?:id|number)|tin|id_card|id_document|social_security|documento_identidad|numero_documento)(?:_(?:number|no|nr|code))?$/;
const UNCHECKED: ReadonlySet<string> = new Set(['de-pension-number', 'dk-cpr', 'us-medicare', 'au-tax-or-medicare', 'uk-nhs', 'in-pan']);
const PASSPORT = /(?:^|_)(?:passport|reisepass|passeport|pasaporte|passaport[oe]|paspoort|paszport)(?:_(?:number|no|nr|num|id|nummer|numero))?$/;
const DOCUMENT = /(?:^|_)(?:driv(?:er|ers|ing)_?licen[cs]e|führerschein|fuhrerschein|permiso_de_conducir|permis_de_conduire|residence_permit|alien|green_card|visa|medical_record|mrn|patient|health_card|health_insurance|insurance_member|medicare|medicaid|military|prisoner|inmate)_(?:number|no|nr|num|id|nummer|numero)$|^mrn$/;
const BIRTH = /(?:^|_)(?:dob|birth_?(?:date|day)|date_?of_?birth|geburtsdatum|fecha_(?:de_)?nacimiento|data_(?:di_)?nascita|data_(?:de_)?nascimento|date_(?:de_)?naissance|geboortedatum|data_urodzenia)$/;
/** Its label stands beside it, out of sight. */
const LABELLED = /^(?:field_)?(?:value|val|answer|response|input|text|content)$/;
const BORN = /^(?:(?:19[2-9]|20[0-2])\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19[2-9]|20[0-2])\d)(?:T00:00.{0,12})?$/;

const idAmong =
  (among: readonly Candidate[], isGeneral: boolean): Reader =>
  (text) => {
    // Companies have tax numbers of nine digits too.
    if (isGeneral && /^\d{9}$/.test(text)) return undefined;
    const found = among.find(({ id, whole }) => whole.test(text) && id.valid(compacted(text)));
    return found && ruleOfId(found.id.id);
  };
const passport: Reader = (text) => (/^(?:[A-Z]{0,3}\d{6,9}[A-Z]?|[A-Z0-9]{2}\d{5}[A-Z0-9]{1,2}|\d{2}[A-Z]{2}\d{5}|[CFGHJKLMNPRTVWXYZ](?=[^\d]{0,5}\d)[CFGHJKLMNPRTVWXYZ\d]{8})$/i.test(text) && !/^(?:19|20)\d{6}$|1234567|0{5}/.test(text) ? passportField : undefined);
const document: Reader = (text) => (/^(?=(?:[^\d]*\d){5})(?=[^-]*(?:-[^-]+){0,3}$)[A-Z\d][A-Z\d -]{5,24}$/i.test(text) && !/[a-z]{3,}\d|^(?:19|20)\d\d-|1234567|0{5}/.test(text) ? documentField : undefined);
const born: Reader = (text) => (BORN.test(text) ? birthField : undefined);
const labelled: Reader = (text) => (candidates.some(({ id }) => id.told?.test(text) === true && id.valid(compacted(text))) ? likelyNationalId : undefined);

function readerOf(field: string): Reader | undefined {
  if (LABELLED.test(field)) return labelled;
  if (PASSPORT.test(field)) return passport;
  if (DOCUMENT.test(field)) return document;
  if (BIRTH.test(field)) return born;
  if (GENERAL.test(field)) return idAmong(candidates.filter(({ id }) => !UNCHECKED.has(id.id)), true);
  const own = candidates.filter(({ fields }) => fields.some((word) => `_${field}_`.includes(word)));
  return own.length > 0 ? idAmong(own, false) : undefined;
}

const MAX_REMEMBERED = 2_048;
const MAX_FIELD = 64;
/** Names come back again and again. */
const readerFor = remembering(MAX_REMEMBERED, MAX_FIELD, readerOf);

const [SHORTEST, LONGEST] = [6, 32];

export const idFields: Analyser = {
  name: 'fields for ids',
  roles: ROLES_OF_PEOPLE,
  literals: [],
  rules: [passportField, documentField, birthField, likelyNationalId, ...NATIONAL_IDS.map(({ id }) => ruleOfId(id))],
  analyse: ({ text, place: { field }, budget, report }) => {
    if (text.length < SHORTEST || text.length > LONGEST || field === '' || field.length > MAX_FIELD || !/\d\d/.test(text)) return;
    const reader = readerFor(field);
    if (!reader) return;
    budget.spend(200);
    const start = text.length - text.trimStart().length;
    const id = text.trim();
    const rule = reader(id);
    if (rule) report(rule, start, start + id.length);
  },
};
