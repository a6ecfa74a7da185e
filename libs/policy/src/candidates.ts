import { type Glob, matchesGlob } from './globs/glob.ts';

type Entry<T> = Readonly<{ place: number; glob: Glob; value: T }>;

/**
 * Values whose glob matches a name, in the order given. Globs are looked up by the characters they begin with, so that a name is held only against those
 * that begin as it does. INVARIANT: the same as asking every glob.
 */
export function candidatesByName<T>(values: readonly T[], globOf: (value: T) => Glob): (name: string) => readonly T[] {
  const byPrefix = new Map<string, Entry<T>[]>();
  for (const [place, value] of values.entries()) {
    const glob = globOf(value);
    const entries = byPrefix.get(glob.prefix);
    if (entries) entries.push({ place, glob, value });
    else byPrefix.set(glob.prefix, [{ place, glob, value }]);
  }
  const lengths = [...new Set([...byPrefix.keys()].map(({ length }) => length))];
  return (name) =>
    lengths
      .flatMap((length) => (length > name.length ? [] : (byPrefix.get(name.slice(0, length)) ?? [])))
      .filter(({ glob }) => matchesGlob(glob, name))
      .sort((a, b) => a.place - b.place)
      .map(({ value }) => value);
}
