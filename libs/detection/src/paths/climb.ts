import { decodePath, type Trick } from './decode-path.ts';

/** Where a path leads, seen from the folder it starts in. */
export type Climb = Readonly<{
  /** Segments that go up. */
  climbs: number;
  /** Those of them that show without decoding. */
  plainClimbs: number;
  /** How far above its start (or above the root) it gets; 0: it stays inside. */
  above: number;
  /** It starts at a root: `/…`, `C:\…`. */
  absolute: boolean;
  /** It enters a folder first, and then climbs out of the one that it started in. */
  leaves: boolean;
  /** An absolute path that climbs back to its root. */
  backAtRoot: boolean;
  /** What stands after the last climb, with slashes, lower-case. */
  target: string;
  /** `..;x/`, as servlet containers strip it. */
  parameters: boolean;
  /** `....//`, which becomes `../` in a filter that removes `../` once. */
  nested: boolean;
  tricks: ReadonlySet<Trick>;
}>;

/** Reads a path as file APIs and careless servers do. */
export function climbOf(path: string): Climb {
  const decoded = decodePath(path);
  const tricks = new Set(decoded.tricks);
  const segments = decoded.text.split(/[/\\]+/);
  const state = { climbs: 0, depth: 0, lowest: 0, last: -1, parameters: false, nested: false, depthAtLast: 0, entered: false };
  for (const [index, segment] of segments.entries()) {
    const kind = kindOf(segment, segments[index + 1], tricks);
    if (kind === 'stay') continue;
    if (kind === 'into') {
      state.depth += 1;
      continue;
    }
    if (kind === 'nested') state.nested = true;
    if (segment.includes(';') && index < segments.length - 1) state.parameters = true;
    if (state.climbs === 0) state.entered = state.depth > 0;
    state.climbs += 1;
    state.depth -= 1;
    state.lowest = Math.min(state.lowest, state.depth);
    state.last = index;
    state.depthAtLast = state.depth;
  }
  const { climbs, lowest, last, parameters, nested } = state;
  const absolute = /^[/\\]|^[a-z]:[/\\]/i.test(decoded.text);
  return {
    climbs,
    plainClimbs: path.split(/[/\\]/).filter((segment) => segment === '..').length,
    above: Math.abs(lowest),
    absolute,
    leaves: state.entered && lowest < 0,
    backAtRoot: absolute && state.depthAtLast <= 0,
    target: segments
      .slice(last + 1)
      .filter((segment) => segment !== '' && segment !== '.')
      .join('/')
      .toLowerCase(),
    parameters,
    nested,
    tricks,
  };
}

type Kind = 'into' | 'stay' | 'up' | 'nested';

function kindOf(written: string, next: string | undefined, tricks: Set<Trick>): Kind {
  if (written === '' || written === '.') return 'stay';
  if (written === ';..') return 'up';
  if (written.length > 24 || !/^[.?%\p{Cc}]/u.test(written)) return 'into';
  const segment = written.replace(/;.*$/s, '').replace(/[\p{Cc}%]+/gu, '');
  if (segment === '..') {
    if (/\p{Cc}/u.test(written)) tricks.add('control-character');
    return 'up';
  }
  if (segment === '' || segment === '.') return 'stay';
  if (/^\.{4,}$/.test(segment)) return 'nested';
  if (segment === '...' && (tricks.size > 0 || next === '.')) return 'nested';
  if (/^[.?]{2}$/.test(segment) && tricks.size > 0) {
    tricks.add('unconverted');
    return 'up';
  }
  return 'into';
}
