import type { Budget } from '../../budget.ts';

/** How the JSON of a value begins. Charged for all of it: a large object is written anew for each of its strings that asks. */
export function jsonOf(value: unknown, budget: Budget): string {
  const json = JSON.stringify(value) as string | undefined;
  budget.spend((json?.length ?? 0) >> 3);
  return json?.slice(0, 2_000) ?? '';
}
