import { RE2Set } from 're2js';
import type { ArgumentTexts } from './argument-texts.ts';
import { compilePattern } from './pattern.ts';
import type { Policy } from '../policy.ts';

/**
 * Patterns that are searched together: the automaton of all reads a text once, whatever their number. `found` are those in any of the texts; null where
 * reading together might cost too much, and each must be searched for itself. INVARIANT: a group changes what a verdict costs, never the verdict.
 */
export type PatternGroup = Readonly<{ found: (texts: ArgumentTexts) => ReadonlySet<string> | null }>;

/** With two it hardly pays (measured): one by one, patterns are skipped where their fixed letters are missing. */
const MIN_PATTERNS = 3;

/** Instructions of the patterns of a group, and the memory (bytes) of its automaton. */
const MAX_GROUP_SIZE = 2048;
const MAX_GROUP_MEMORY = 2 ** 20;

/** Characters times instructions: what a text that was made to defeat the automaton may cost, a small part of what one pattern may. */
const MAX_GROUP_WORK = 2 ** 24;

/**
 * The group that each `argument_pattern` belongs to, where it belongs to one. Policies of one glob are candidates together, so their patterns make a
 * group. Sets over all policies were slower: most of their patterns belong to other tools, and their automaton grows with texts that callers choose (docs/adr/0019).
 */
export function groupPatterns(policies: readonly Policy[]): (policy: Policy) => PatternGroup | undefined {
  const byGlob = new Map<string, Set<string>>();
  for (const { tool_pattern: glob, conditions } of policies) {
    const source = conditions?.argument_pattern;
    if (source === undefined) continue;
    const sources = byGlob.get(glob);
    if (sources) sources.add(source);
    else byGlob.set(glob, new Set([source]));
  }
  const groups = new Map([...byGlob].map(([glob, sources]) => [glob, sources.size < MIN_PATTERNS ? new Map<string, PatternGroup>() : groupsOf([...sources])]));
  return ({ tool_pattern: glob, conditions }) => (conditions?.argument_pattern === undefined ? undefined : groups.get(glob)?.get(conditions.argument_pattern));
}

function groupsOf(sources: readonly string[]): ReadonlyMap<string, PatternGroup> {
  const parts: { sources: string[]; size: number }[] = [];
  for (const source of sources) {
    const size = compilePattern(source).programSize();
    const part = parts.at(-1);
    if (part && part.size + size <= MAX_GROUP_SIZE) {
      part.sources.push(source);
      part.size += size;
    } else parts.push({ sources: [source], size });
  }
  return new Map(parts.filter((part) => part.sources.length >= MIN_PATTERNS).flatMap((part) => {
    const group = groupOf(part.sources, part.size);
    return part.sources.map((source) => [source, group] as const);
  }));
}

function groupOf(sources: readonly string[], size: number): PatternGroup {
  let set: RE2Set | undefined;
  return {
    found: ({ texts, length }) => {
      if (length * size > MAX_GROUP_WORK) return null;
      set ??= setOf(sources);
      const found = new Set<string>();
      for (const text of texts) for (const index of set.match(text)) found.add(sources[index] ?? '');
      return found;
    },
  };
}

function setOf(sources: readonly string[]): RE2Set {
  const set = new RE2Set(RE2Set.UNANCHORED, 0, MAX_GROUP_MEMORY);
  for (const source of sources) set.add(source);
  set.compile();
  return set;
}
