import type { Rule, View } from '../rule.ts';
import { firstName } from './people.ts';
import { STREET } from './streets.ts';

const roster: Rule = {
  id: 'personal.roster',
  type: 'pii_exposure',
  severity: 'high',
  sees: 'a list of people with telephone numbers, or with dates of birth and where they live or what else is known of them',
  positive: { output: 'class 4a\nElena Rossi;25.07.2013;Rosenweg 14, 57216 Graz;asthma\nTom Keller;02.12.2013;Birkenweg 8, 57216 Graz;-\nAisha Nguyen;07.06.2013;Lindenweg 3, 57216 Graz;free meals\n' },
  nearMiss: { output: 'release 2.1;25.07.2013;Rosenweg 14\nrelease 2.2;02.12.2013;Birkenweg 8\nrelease 2.3;07.06.2014;Lindenweg 3\n' },
};
const datedNames: Rule = {
  id: 'personal.dated-names',
  type: 'pii_exposure',
  severity: 'medium',
  sees: 'a list of people with dates that may be those of their birth',
  positive: { output: 'Elena Rossi;25.07.1983\nTom Keller;02.12.1979\nAisha Nguyen;07.06.1991\n' },
  nearMiss: { output: '25.07.1983 Elena Rossi started\n02.12.1989 Tom Keller started\n07.06.1991 Aisha Nguyen started\n' },
};
export const rosterRules: readonly Rule[] = [roster, datedNames];

/** A date, day first or year first, on which somebody alive may be born and no log is written. */
export const isDateOfBirth = (run: string): boolean => /^(?:(?:0?[1-9]|[12]\d|3[01])([.-])(?:0?[1-9]|1[0-2])\1(?:19[2-9]\d|200\d|201[0-8])|(?:19[2-9]\d|200\d|201[0-8])-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))$/.test(run);

/** A number of ten digits or so in the groups that people write, and no date, account or order. */
export const isTelephone = (run: string): boolean => /^(?:[2-9]\d{2}([-. ])[2-9]\d{2}\1\d{4}|0\d{1}(?:[ .]\d{2}){4}|0\d{2,4}[ -]\d{3,4}[ -]\d{3,4}|0\d{1,4}[ -]\d{6,8}|0[1-9]\d{8,9})$/.test(run);
/** The end of `(978) 555-0144`: a code in brackets stands before it. */
export const endsTelephone = (text: string, start: number, end: number): boolean => end - start === 8 && /^[2-9]\d{2}[-. ]\d{4}$/.test(text.slice(start, end)) && /\([2-9]\d{2}\) ?$/.test(text.slice(Math.max(0, start - 6), start));

/** A value that is a telephone number and nothing else. */
export const isWayToReach = (text: string): boolean => /^(?:\+\d[\d ().-]{7,18}\d|0\d[\d ()/.-]{7,16}\d|\(?[2-9]\d{2}\)?[-. ][2-9]\d{2}[-. ]\d{4})$/.test(text);
/** A day on which somebody alive may be born, and nothing else. */
export const BIRTH_DAY = /^(?:(?:19[2-9]\d|200\d|201[0-8])[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])[./](?:0?[1-9]|[12]\d|3[01])[./](?:19[2-9]\d|200\d|201[0-8]))$/;

const MAX_PLACES = 60;
const DETAILS = /\b(?:asthma|allerg\w{1,3}|diabet\w{2,4}|epilep\w{2,4}|dyslexia|ADHD|autis\w{1,3}|custody|guardian|free (?:school )?meals|HIV|cancer|pregnan\w{1,3}|disab\w{2,6})\b|\+\d[\d ().-]{7,18}\d|[\w.+-]{1,64}@[\w-]{1,63}\.\w{2,10}|\b\d{3}-\d{2}-\d{4}\b|[$€£] ?\d{2}|\d ?[€£]|\b(?:aktenzeichen|case|account|policy|member|patient)[ .#:no-]{0,6}\d{3}/i;

/** Given name and surname in two columns. */
const COLUMNS = /^(?:\d{1,8}\s?[,;|\t]\s?)?["']?[A-Z\u00c0-\u00de][a-z\u00df-\u00ff'’-]{1,20}["']?\s?[,;|\t]\s?["']?[A-Z\u00c0-\u00de][a-z\u00df-\u00ff'’-]{1,20}["']?\s?[,;|\t]/;
/** Characters of a name at the beginning of a line. */
const ASIAN_NAME = /^[\s\d.,;|\t"'、・-]{0,8}(?:[\u4e00-\u9fff]{2,5}|[\uac00-\ud7a3]{2,4}|[\u30a0-\u30ff]{2,8})(?=[\s,;:|\t"'，、：（(])/;
/** `B. Lowe`. */
const INITIALS = /^[\s\d.,;|•*"'-]{0,8}(?:[A-Z]\. ?){1,2}[A-Z\u00c0-\u00de][a-z\u00df-\u00ff]{2,20}(?![\w.])/;
/** Columns of what is nobody's business. */
const PRIVATE_COLUMN = /address|phone|salary|special.?needs|diagnos|medical|condition|disabil|allerg|ethnic|religion|ssn|grade|guardian|notes?\b/i;
const CORRESPONDENTS = /^[\s>*+-]*(?:author|commit|signed-off-by|from|to|cc|by)\b/i;

/**
 * `places`: where dates of birth, or telephone numbers, stand. People are listed where three lines in a row, or nearly, begin with a name and hold one.
 * With a number to reach them they are told; with a date only if more is known of them.
 */
export function rosterOf({ text, budget, report }: View, places: readonly number[], of: 'dates' | 'telephones'): void {
  const lines: { start: number; end: number; detailed: boolean }[] = [];
  for (const place of places.slice(0, MAX_PLACES)) {
    budget.spend(420);
    const before = text.slice(Math.max(0, place - 80), place);
    const opened = Math.max(before.lastIndexOf('\n') + 1, before.lastIndexOf('\\n') + 2, of === 'telephones' ? before.lastIndexOf('; ') + 2 : 0);
    const start = place - before.length + (opened < 2 && !before.startsWith('\n') ? 0 : opened);
    const rest = text.slice(place, place + 160);
    const end = place + (/\n|\\n/.exec(rest)?.index ?? rest.length);
    const line = text.slice(start, end);
    const name = firstName(line.slice(0, place - start)) ?? (COLUMNS.test(line) || ASIAN_NAME.test(line) || INITIALS.test(line) ? { at: 0 } : undefined);
    const said = name ? line.lastIndexOf(': ', name.at) : -1;
    // Behind a bullet, a number or a quote.
    if (!name || name.at - (said < 0 ? 0 : said + 2) > 12 || CORRESPONDENTS.test(line)) continue;
    lines.push({ start, end, detailed: of === 'telephones' || STREET.test(line) || DETAILS.test(line) });
  }
  const near = lines.filter(({ start }, at) => start - (lines[at - 1]?.end ?? start) <= 200);
  const [first, last] = [near[0], near.at(-1)];
  if (!first || !last || near.length < 3) return;
  const head = text.slice(Math.max(0, first.start - 160), first.start);
  const isDetailed = near.filter(({ detailed }) => detailed).length >= 3 || (/[,;|\t]/.test(head) && PRIVATE_COLUMN.test(head.slice(head.trimEnd().lastIndexOf('\n') + 1)));
  report(isDetailed ? roster : datedNames, first.start, last.end);
}
