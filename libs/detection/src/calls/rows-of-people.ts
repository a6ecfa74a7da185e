import { BIRTH_DAY, isWayToReach } from '../personal/rosters.ts';
import { namesPerson } from '../personal/people.ts';
import { STREET } from '../personal/streets.ts';
import { call } from '../platform/examples.ts';
import { remembering } from '../remembering.ts';
import { words } from '../tool-reading.ts';
import type { CallAnalyser, Rule, ViewedCall } from '../rule.ts';

const rowsOfPeople: Rule = {
  id: 'personal.rows-of-people',
  type: 'pii_exposure',
  severity: 'high',
  sees: 'a call with rows or objects of three people or more, and where each lives, was born or is reached by telephone',
  positive: call('append_rows', { rows: [['Elena Rossi', '+39 06 6982 4417'], ['Tom Keller', '+49 30 901820'], ['Aisha Nguyen', '+44 20 7946 0018']] }),
  nearMiss: call('append_rows', { rows: [['Elena Rossi', 'lead'], ['Tom Keller', 'backend'], ['Aisha Nguyen', 'design']] }),
};

const healthOfPerson: Rule = {
  id: 'personal.health-fields',
  type: 'pii_exposure',
  severity: 'high',
  sees: 'a call with fields for a person’s name and for an illness, a diagnosis or a drug',
  positive: call('create_record', { full_name: 'Elena Rossi', diagnosis: 'Type 2 diabetes' }),
  nearMiss: call('create_record', { form_name: 'Intake', diagnosis: 'required' }),
};
const NAME_FIELD = /^(?:full|first|last|patient|client|customer|employee|member|student)?_?names?$|^(?:nombre|apellidos?|nom|prenom|nome|cognome|nachname|vorname|naam|imie|nazwisko|patient|paciente|paziente|employee)$/;
const HEALTH_FIELD = /^(?:diagnos\w{1,5}|condition|medical_\w{3,12}|illness|disease|medications?|treatment|therapy|allergies|disability|health_\w{3,12}|diagnostico|enfermedad|tratamiento|maladie|traitement|diagnose|krankheit|medikation|malattia|terapia|doenca|hiv_status)$/;

const [MIN_ROWS, MAX_ROWS, MAX_FIELDS] = [3, 40, 12];

/** Each value of a row is a string of its own, and a person with a number is told only by the row. */
export const rowsOfPeopleSent: CallAnalyser = {
  name: 'calls.rows-of-people',
  rules: [rowsOfPeople, healthOfPerson],
  analyse({ arguments: given, budget, report }: ViewedCall) {
    if (tellsHealth(given)) report(healthOfPerson);
    for (const key in given) {
      const value = given[key];
      if (!isFields(value)) continue;
      if (tellsHealth(value)) report(healthOfPerson);
      const inner = Array.isArray(value) ? [value] : Object.values(value).slice(0, MAX_FIELDS);
      if (inner.some((table) => listsPeople(table, budget))) {
        report(rowsOfPeople);
        return;
      }
    }
  },
};

const [MAX_REMEMBERED, MAX_NAME] = [2_048, 24];

const kindOfField = remembering(MAX_REMEMBERED, MAX_NAME, (key): 'health' | 'name' | 'other' => {
  const field = words(key);
  return HEALTH_FIELD.test(field) ? 'health' : NAME_FIELD.test(field) ? 'name' : 'other';
});

/** A name of a person in one field, and more than a word of a schema in one made for illnesses. */
function tellsHealth(fields: Readonly<Record<string, unknown>>): boolean {
  let health = false;
  let person = false;
  for (const key in fields) {
    if (key.length > MAX_NAME) continue;
    const value = fields[key];
    if (typeof value !== 'string' || value.length > 200) continue;
    const kind = kindOfField(key);
    if (kind === 'health') health ||= value.length >= 5 && !/^(?:string|text|none|null|required|optional|unknown|n\/a|healthy|negative|pending|todo|tbd)$/i.test(value);
    else if (kind === 'name') person ||= namesPerson(value) || /^[A-Z][a-zà-ÿ]{1,20}$/.test(value);
  }
  return health && person;
}

function listsPeople(table: unknown, budget: ViewedCall['budget']): boolean {
  if (!Array.isArray(table) || table.length < MIN_ROWS || !isFields(table[0])) return false;
  const rows = (table as readonly unknown[]).slice(0, MAX_ROWS).filter(isFields);
  let people = 0;
  for (const row of rows) {
    if (isPerson(Object.values(row).slice(0, MAX_FIELDS), budget)) people += 1;
    if (people === MIN_ROWS) return true;
  }
  return false;
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** Given name and surname may stand in two values. */
function isPerson(values: readonly unknown[], budget: ViewedCall['budget']): boolean {
  const texts = values.filter((value): value is string => typeof value === 'string' && value.length <= 80);
  budget.spend(20 + 200 * texts.length);
  return texts.some((text) => isWayToReach(text) || BIRTH_DAY.test(text) || STREET.test(text)) && namesPerson(texts.join(' '));
}
