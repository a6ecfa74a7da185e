import { type Policy, type PolicyFile } from '@holdpoint/policy';

/** What a guard is to have: its own policies, changed, and new ones, which have `new-…` ids until the server gives them others. `index`: place in the file. */
export type Wanted = Readonly<{ policies: readonly Policy[]; isNew: ReadonlySet<string> }>;

/** Policies of one priority are asked by age, which no file can change. `index`: the policy of the file that would be asked too late. */
export type OutOfOrder = Readonly<{ index: number; message: string }>;

/**
 * A file's policies as those of the guard: the ones that have an id of the guard's are these, of the others those are that alone bear a name which one alone of the
 * guard's has left. What remains of the file is new, what remains of the guard goes.
 */
export function wantedOf({ policies: written }: PolicyFile, held: readonly Policy[]): Wanted | OutOfOrder {
  const left = new Map(held.map((policy) => [policy.id, policy]));
  const taken = new Map<Policy, Policy>();
  const take = (own: Policy, theirs: Policy | undefined): void => {
    if (theirs === undefined) return;
    taken.set(own, theirs);
    left.delete(theirs.id);
  };
  for (const own of written) take(own, left.get(own.id));
  const rest = written.filter((own) => !taken.has(own));
  for (const own of rest) {
    const theirs = [...left.values()].filter(({ name }) => name === own.name);
    if (theirs.length === 1 && rest.filter(({ name }) => name === own.name).length === 1) take(own, theirs[0]);
  }
  const youngest = Math.max(0, ...held.map(({ created_at }) => Date.parse(created_at)));
  const wanted = written.map((own, index): Policy => {
    const { id, created_at, updated_at } = taken.get(own) ?? newAt(index, youngest);
    return { ...own, id, created_at, updated_at };
  });
  return outOfOrder(written, wanted) ?? { policies: wanted, isNew: new Set(wanted.filter((_, index) => !taken.has(written[index] as Policy)).map(({ id }) => id)) };
}

function newAt(index: number, youngest: number): Pick<Policy, 'id' | 'created_at' | 'updated_at'> {
  const at = new Date(youngest + (index + 1) * 1_000).toISOString();
  return { id: `new-${index + 1}`, created_at: at, updated_at: at };
}

/** INVARIANT: null only where the guard asks in the order of the file. */
function outOfOrder(written: readonly Policy[], wanted: readonly Policy[]): OutOfOrder | null {
  const places = written.map((own, index) => ({ index, own, onGuard: wanted[index] as Policy }));
  const byPriority = new Map<number, typeof places>();
  for (const one of places) byPriority.set(one.own.priority, [...(byPriority.get(one.own.priority) ?? []), one]);
  for (const same of byPriority.values()) {
    const inFile = same.toSorted((a, b) => Date.parse(a.own.created_at) - Date.parse(b.own.created_at) || a.index - b.index);
    for (const [at, first] of inFile.entries()) {
      const second = inFile[at + 1];
      if (!second || Date.parse(first.onGuard.created_at) <= Date.parse(second.onGuard.created_at)) continue;
      return { index: first.index, message: `stands above \`${second.own.name}\` and has the same priority, but is the younger one on the guard, which would ask it after that: give them different priorities` };
    }
  }
  return null;
}
