import type { Analyser, Rule } from '../rule.ts';
import { CAPITALS, DIGITS, Runs } from '../runs.ts';
import { luhn, isDate, pairAt } from './check-digits.ts';
import { compacted, hkidCheck, NATIONAL_IDS, nricCheck, ROLES_OF_PEOPLE, ruleOfId } from './national-ids.ts';
import { isAboutPerson } from './people.ts';

/** Ids whose letters, groups and check say what they are, without a word beside them. */

export const likelyNationalId: Rule = {
  id: 'personal.likely-national-id',
  type: 'pii_exposure',
  severity: 'medium',
  sees: 'what has the form and the check digit of a national id, by itself',
  positive: { tool: 'form_submit', arguments: { fields: [{ label: 'SIN', value: '545 727 182' }] } },
  nearMiss: { tool: 'form_submit', arguments: { fields: [{ label: 'Score', value: '545 727 183' }] } },
};

type FormedId = Readonly<{ rule: Rule; start: number; end: number }>;

const validOf = (id: string): ((text: string) => boolean) => NATIONAL_IDS.find((national) => national.id === id)?.valid ?? (() => false);
const [isCurp, isFiscalCode, isHetu, isDni] = ['mx-curp', 'it-codice-fiscale', 'fi-hetu', 'es-dni'].map(validOf) as [typeof nricCheck, typeof nricCheck, typeof nricCheck, typeof nricCheck];

const isUpper = (code: number): boolean => code >= 65 && code <= 90;
const HKID = /(?<![A-Za-z0-9_-])[A-Z]{1,2}\d{6}\([0-9A]\)/y;
const CURP = /(?<![A-Za-z0-9_-])[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d(?![A-Za-z0-9_-])/y;
const HETU = /(?<![A-Za-z0-9_.-])\d{6}[-A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y](?![A-Za-z0-9_-])/y;
const LETTERED = /(?<![A-Za-z0-9_-])[XYZSTFGM]\d{7}[A-Z](?![A-Za-z0-9_-])/y;

/** Around a run of digits. */
export function formedId(text: string, start: number, end: number): FormedId | undefined {
  const length = end - start;
  if (length > 13 || length === 8 || length === 9) return undefined;
  const upperBefore = isUpper(text.charCodeAt(start - 1));
  if (length === 6 && upperBefore) return text.charCodeAt(end) === 40 ? hongKong(text, start) : isUpper(text.charCodeAt(end)) ? mexican(text, start) : undefined;
  if (length === 7) return upperBefore && isUpper(text.charCodeAt(end)) ? lettered(text, start - 1) : undefined;
  if (length === 6 || length === 10) return isUpper(text.charCodeAt(end)) ? finnish(text, start) : undefined;
  return text.charCodeAt(end - 5) === 45 ? swedish(text, start, end) : undefined;
}

function matchAt(pattern: RegExp, text: string, start: number): string | undefined {
  pattern.lastIndex = start;
  return pattern.exec(text)?.[0];
}

function hongKong(text: string, digits: number): FormedId | undefined {
  const start = isUpper(text.charCodeAt(digits - 2)) ? digits - 2 : digits - 1;
  const id = matchAt(HKID, text, start);
  return id !== undefined && hkidCheck(compacted(id)) ? { rule: ruleOfId('sg-nric'), start, end: start + id.length } : undefined;
}

function mexican(text: string, digits: number): FormedId | undefined {
  const id = digits >= 4 ? matchAt(CURP, text, digits - 4) : undefined;
  return id !== undefined && isCurp(id) ? { rule: ruleOfId('mx-curp'), start: digits - 4, end: digits - 4 + id.length } : undefined;
}

function finnish(text: string, start: number): FormedId | undefined {
  const id = matchAt(HETU, text, start);
  return id !== undefined && isHetu(compacted(id)) ? { rule: ruleOfId('fi-hetu'), start, end: start + id.length } : undefined;
}

/** One part number in eleven or in 23 looks like these. */
function lettered(text: string, start: number): FormedId | undefined {
  const id = matchAt(LETTERED, text, start);
  if (id === undefined || /1234567|(\d)\1{4}/.test(id)) return undefined;
  const spanish = /^[XYZ]/.test(id);
  if (!(spanish ? isDni(id) : nricCheck(id))) return undefined;
  const end = start + id.length;
  return { rule: isBesidePerson(text, start, end) ? ruleOfId(spanish ? 'es-dni' : 'sg-nric') : likelyNationalId, start, end };
}

/** Dates with a time look like these; so nobody is born in the years of most logs, or at a minute of the day, unless a person is named. */
function swedish(text: string, start: number, end: number): FormedId | undefined {
  const run = text.slice(start, end);
  if (!/^(?:19|20)?\d{6}-\d{4}$/.test(run) || /[\w.-]/.test(text.charAt(start - 1)) || /[\w-]/.test(text.charAt(end))) return undefined;
  const digits = run.replace('-', '').slice(-10);
  if (!luhn(digits) || !isDate(pairAt(digits, 0), pairAt(digits, 2), pairAt(digits, 4)) || digits === '8112189876') return undefined;
  const isMoment = (pairAt(digits, 0) >= 13 && pairAt(digits, 0) <= 40) || (pairAt(digits, 6) < 24 && pairAt(digits, 8) < 60);
  if (isBesidePerson(text, start, end)) return { rule: ruleOfId('se-personnummer'), start, end };
  return isMoment ? undefined : { rule: likelyNationalId, start, end };
}

const isBesidePerson = (text: string, start: number, end: number): boolean => isAboutPerson(text.slice(Math.max(0, start - 80), end + 60));

const FISCAL_LENGTH = 16;
const FISCAL = /^[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]$/;
const fiscalRuns = new Runs(`${CAPITALS}${DIGITS}`, FISCAL_LENGTH);

export const fiscalCodes: Analyser = {
  name: 'fiscal codes',
  roles: ROLES_OF_PEOPLE,
  literals: [],
  rules: [ruleOfId('it-codice-fiscale'), likelyNationalId],
  analyse: ({ text, budget, report }) => {
    fiscalRuns.each(text, (start, end) => {
      budget.spend(end - start);
      const code = text.slice(start, end);
      const isWhole = end - start === FISCAL_LENGTH && !/[\w\u00c0-\uffff-]/.test(text.charAt(start - 1)) && !/[\w\u00c0-\uffff-]/.test(text.charAt(end));
      if (isWhole && FISCAL.test(code) && isFiscalCode(code)) report(ruleOfId('it-codice-fiscale'), start, end);
      return end;
    });
  },
};
