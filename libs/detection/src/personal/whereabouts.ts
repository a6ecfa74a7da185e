import type { View } from '../rule.ts';
import { namesPerson } from './people.ts';
import { ruleOfOutput } from './told.ts';

export const whereabouts = ruleOfOutput({
  id: 'whereabouts', sees: 'where a person was, with coordinates and times', positive: 'user: Elena Rossi\n07:58 40.71274,-74.00602 home\n09:12 40.75891,-73.98512 office\n', harmless: 'station 17\n07:58 40.71274,-74.00602 17.2\n09:12 40.75891,-73.98512 17.4\n',
});

/** A latitude or longitude that tells a house; a time may stand before it. */
export const isCoordinate = (run: string): boolean => /(?:^|\d )\d{1,3}\.\d{4,7}$/.test(run);

/** `places`: where coordinates stand, two to a position. */
export function whereaboutsOf({ text, budget, report }: View, places: readonly number[]): void {
  const [first = 0, last = 0] = [places[0], places[Math.min(places.length, 12) - 1]];
  const told = text.slice(Math.max(0, first - 160), Math.min(last, first + 600) + 60);
  budget.spend(told.length * 6);
  if ((told.match(/\b(?:[01]?\d|2[0-3]):[0-5]\d\b/g)?.length ?? 0) >= 2 && namesPerson(text.slice(Math.max(0, first - 160), first))) report(whereabouts, first, last);
}
