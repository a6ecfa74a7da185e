import type { View } from '../rule.ts';

export type Piece = Readonly<{ start: number; end: number }>;

const MAX_PIECE = 4_096;

/** The parts of a text that may each be a path, where a detector's literals stand: the whole of a path, a URL's path and parameters, words elsewhere. */
export function* piecesOf({ text, place, hits, budget }: View): Generator<Piece> {
  if (place.role === 'path') {
    yield { start: 0, end: Math.min(text.length, MAX_PIECE) };
    return;
  }
  const isEdge = place.role === 'url' ? urlEdge(text) : wordEdge(text, /^(?:shell|powershell|cmd|code)$/.test(place.role) ? COMMAND_EDGE : WORD_EDGE);
  let reached = 0;
  for (const hit of hits) {
    if (hit < reached) continue;
    let start = hit;
    let end = hit + 1;
    const floor = Math.max(reached, hit - MAX_PIECE / 2);
    const limit = Math.min(text.length, hit + MAX_PIECE / 2);
    while (start > floor && !isEdge(start - 1)) start -= 1;
    while (end < limit && !isEdge(end)) end += 1;
    budget.spend(end - start);
    reached = end;
    yield { start, end };
  }
}

const WORD_EDGE = /[\s"'`<>|&=,()[\]{}]/;
const COMMAND_EDGE = /[\s"'`<>|&=,()[\]{};]/;
const wordEdge = (text: string, edge: RegExp) => (at: number) => edge.test(text[at] ?? ' ');

/** Only the first question mark ends a URL's path; further ones belong to a parameter. */
function urlEdge(text: string): (at: number) => boolean {
  const query = text.indexOf('?');
  return (at) => at === query || /[&=#\s]/.test(text[at] ?? ' ');
}
