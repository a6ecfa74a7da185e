import { masked } from './excerpt.ts';
import { mayBeJson } from './layers/json-text.ts';
import { rewritten, valueAt } from './rewrite.ts';
import type { Scan, Threat, ThreatType } from './threat.ts';

/** What was done to the string at `path`. Removed text is gone; of masked text stays what a person needs to recognise it. */
export type Change = Readonly<{ path: string; rule: string; type: ThreatType; how: 'removed' | 'masked' }>;

type Sanitized = Readonly<{
  /** The same JSON, but for the strings named in `changes`. */
  value: unknown;
  changes: readonly Change[];
  /** Whether nothing of medium severity or more is left. If not, `value` must not be used. */
  clean: boolean;
  /** Of `value`. */
  scan: Scan;
}>;

/** What is left after one removal may be dangerous anew (`....//`, a payload in pieces); who needs more rounds than this plays a game. */
const MAX_ROUNDS = 5;

/**
 * Takes out of a JSON value what `scanAll` finds in it, until a scan finds nothing more of medium severity or above.
 * INVARIANT: of a clean result nothing more is taken: it was scanned by the same scanner.
 */
export function sanitize(value: unknown, scanAll: (value: unknown) => Scan): Sanitized {
  const changes = new Map<string, Change>();
  let at = value;
  let scan = scanAll(at);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const grave = scan.threats.filter(({ severity }) => severity !== 'low');
    if (grave.length === 0) return { value: at, changes: [...changes.values()], clean: true, scan };
    // Who has not seen everything cannot vouch for what is left.
    if (grave.some(({ type }) => type === 'scan_incomplete')) break;
    const edits = editsOf(at, grave, changes);
    if (edits.size === 0) break;
    at = rewritten(at, edits);
    scan = scanAll(at);
  }
  return { value: at, changes: [...changes.values()], clean: false, scan };
}

/** What stands at each pointer afterwards. A threat in a key, or in no text at all, has no edit: it stays, and the result is not clean. */
function editsOf(value: unknown, threats: readonly Threat[], changes: Map<string, Change>): ReadonlyMap<string, string | number> {
  const byPath = new Map<string, Threat[]>();
  for (const threat of threats) {
    const here = byPath.get(threat.path);
    if (here) here.push(threat);
    else byPath.set(threat.path, [threat]);
  }
  const edits = new Map<string, string | number>();
  for (const [path, all] of byPath) {
    const found = innermost(all);
    const text = valueAt(value, path);
    // A number has no room for a mask.
    const edited = typeof text === 'string' ? without(text, found) : typeof text === 'number' ? 0 : undefined;
    if (edited === undefined || edited === text) continue;
    edits.set(path, edited);
    for (const { rule, type } of found) changes.set(`${path}\n${rule}`, { path, rule, type, how: isMasked(type) && typeof text === 'string' ? 'masked' : 'removed' });
  }
  return edits;
}

/** What stands deepest in JSON goes first, so that what is around it stays JSON; what is still found then goes in the next round. */
function innermost(threats: readonly Threat[]): readonly Threat[] {
  const depths = threats.map(({ decoded = [] }) => decoded.filter((encoding) => encoding === 'JSON').length);
  const deepest = Math.max(...depths);
  return deepest === 0 ? threats : threats.filter((_, at) => depths[at] === deepest);
}

function without(text: string, threats: readonly Threat[]): string {
  let out = '';
  let reached = 0;
  for (const { start, end, type } of threats.map((threat) => (threat.type === 'prompt_injection' ? sentenceAround(text, threat) : threat)).toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (end <= reached) continue;
    out += text.slice(reached, Math.max(reached, start));
    if (isMasked(type)) out += masked(text.slice(Math.max(reached, start), end), type);
    reached = end;
  }
  return out + text.slice(reached);
}

/** How far a sentence is followed to either side. */
const MAX_SENTENCE = 400;

/** An order to a model is the whole sentence: without its first words ("ignore all previous instructions and …") the rest would still be one. */
function sentenceAround(text: string, { start, end, type }: Threat): Pick<Threat, 'start' | 'end' | 'type'> {
  const before = text.slice(Math.max(0, start - MAX_SENTENCE), start);
  const after = text.slice(end, end + MAX_SENTENCE);
  const opening = Math.max(before.lastIndexOf('\n'), ...['. ', '! ', '? '].map((mark) => before.lastIndexOf(mark) + (before.includes(mark) ? 1 : 0)));
  const closing = /[.!?](?=\s|$)|\n|$/.exec(after);
  const closes = /[.!?]\s*$/.test(text.slice(start, end));
  const sentence = { type, start: start - before.length + opening + 1, end: closes ? end : end + (closing ? closing.index + (closing[0] === '\n' ? 0 : closing[0].length) : 0) };
  if (!mayBeJson(text)) return { type, start: betweenPairs(text, sentence.start), end: betweenPairs(text, sentence.end) };
  // In JSON a sentence ends at the latest where its string does.
  const quote = /\\*"/.exec(text.slice(end, sentence.end));
  return { type, start: Math.max(sentence.start, Math.min(start, text.lastIndexOf('"', start - 1) + 1)), end: quote ? end + quote.index : sentence.end };
}

/** A place, or the next one where it would part a surrogate pair. */
const betweenPairs = (text: string, at: number): number => (/^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1)) ? at + 1 : at);

const isMasked = (type: ThreatType): boolean => type === 'credential_exposure' || type === 'pii_exposure';
