import type { Rule, View } from '../rule.ts';
import { firstName } from './people.ts';
import { STREET } from './streets.ts';

const roster: Rule = {
  id: 'personal.roster',
  type: 'pii_exposure',
  severity: 'high',
  sees: 'a list of people with dates of birth and where they live, or what else is known of them',
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

const MAX_DATES = 60;
const DETAILS = /\b(?:asthma|allerg\w{1,3}|diabet\w{2,4}|epilep\w{2,4}|dyslexia|ADHD|autis\w{1,3}|custody|guardian|free (?:school )?meals|HIV|cancer|pregnan\w{1,3}|disab\w{2,6})\b|\+\d[\d ().-]{7,18}\d|[\w.+-]{1,64}@[\w-]{1,63}\.\w{2,10}|\b\d{3}-\d{2}-\d{4}\b/i;

/** `dates`: where dates of birth stand. People are listed where three lines in a row, or nearly, begin with a name and hold one. */
export function rosterOf({ text, budget, report }: View, dates: readonly number[]): void {
  const lines: { start: number; end: number; detailed: boolean }[] = [];
  for (const date of dates.slice(0, MAX_DATES)) {
    budget.spend(420);
    const before = text.slice(Math.max(0, date - 80), date);
    const start = date - before.length + before.lastIndexOf('\n') + 1;
    const rest = text.slice(date, date + 160);
    const end = date + (/\n|\\n/.exec(rest)?.index ?? rest.length);
    const line = text.slice(start, end);
    const name = firstName(line.slice(0, date - start));
    // Behind a bullet, a number or a quote.
    if (!name || name.at > 12) continue;
    lines.push({ start, end, detailed: STREET.test(line) || DETAILS.test(line) });
  }
  const near = lines.filter(({ start }, at) => start - (lines[at - 1]?.end ?? start) <= 200);
  const [first, last] = [near[0], near.at(-1)];
  if (!first || !last || near.length < 3) return;
  report(near.filter(({ detailed }) => detailed).length >= 3 ? roster : datedNames, first.start, last.end);
}
