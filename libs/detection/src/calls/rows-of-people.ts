import { BIRTH_DAY, isWayToReach } from '../personal/rosters.ts';
import { namesPerson } from '../personal/people.ts';
import { STREET } from '../personal/streets.ts';
import { call } from '../platform/examples.ts';
import type { CallAnalyser, Rule, ViewedCall } from '../rule.ts';

const rowsOfPeople: Rule = {
  id: 'personal.rows-of-people',
  type: 'pii_exposure',
  severity: 'high',
  sees: 'a call with rows or objects of three people or more, and where each lives, was born or is reached by telephone',
  positive: call('append_rows', { rows: [['Elena Rossi', '+39 06 6982 4417'], ['Tom Keller', '+49 30 901820'], ['Aisha Nguyen', '+44 20 7946 0018']] }),
  nearMiss: call('append_rows', { rows: [['Elena Rossi', 'lead'], ['Tom Keller', 'backend'], ['Aisha Nguyen', 'design']] }),
};

const [MIN_ROWS, MAX_ROWS, MAX_FIELDS] = [3, 40, 12];

/** Each value of a row is a string of its own, and a person with a number is told only by the row. */
export const rowsOfPeopleSent: CallAnalyser = {
  name: 'calls.rows-of-people',
  rules: [rowsOfPeople],
  analyse({ arguments: given, budget, report }: ViewedCall) {
    for (const key in given) {
      const value = given[key];
      if (!isFields(value)) continue;
      const inner = Array.isArray(value) ? [value] : Object.values(value).slice(0, MAX_FIELDS);
      if (inner.some((table) => listsPeople(table, budget))) {
        report(rowsOfPeople);
        return;
      }
    }
  },
};

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
