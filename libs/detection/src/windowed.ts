import type { Place } from './place.ts';
import type { Analyser, PatternRule, View } from './rule.ts';

const BEFORE = 64;
const AFTER = 256;
/** Windows that touch are looked at as one, up to this length. */
const MAX_WINDOW = 2_048;

/**
 * A pattern rule that looks at each character about once, however close its literals stand, and not at all where `concerns` says no.
 * A caret in its expression means the beginning of the text.
 */
export function windowed(rule: PatternRule, concerns: (place: Place) => boolean = () => true): Analyser {
  const { id, roles, literals, pattern, before = BEFORE, after = AFTER, accepts } = rule;
  const everywhere = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '') + 'g');
  // Not the caret of `[^…]`. With the flag `m` it means the beginning of a line, and a window may begin anywhere.
  const anchored = /(?:^|[^\\[])\^/.test(pattern.source);

  /** Returns how far it reported. */
  function look(view: View, from: number, to: number, reported: number): number {
    const window = view.text.slice(from, to);
    view.budget.spend(window.length);
    everywhere.lastIndex = 0;
    let reached = reported;
    for (let match = everywhere.exec(window); match; match = everywhere.exec(window)) {
      const at = from + match.index;
      everywhere.lastIndex = match.index + 1;
      view.budget.spend(16);
      if (at < reached || (anchored && match.index === 0 && from > 0 && !(pattern.multiline && view.text[from - 1] === '\n'))) continue;
      if (accepts && !accepts(match, view, at)) continue;
      reached = at + Math.max(1, match[0].length);
      view.report(rule, at, at + match[0].length);
      everywhere.lastIndex = reached - from;
    }
    return reached;
  }

  function analyse(view: View): void {
    if (!concerns(view.place)) return;
    const { hits } = view;
    let reported = 0;
    for (let index = 0; index < hits.length; ) {
      const from = Math.max(0, (hits[index] ?? 0) - before);
      let to = (hits[index] ?? 0) + after;
      for (index += 1; index < hits.length && (hits[index] ?? 0) - before <= to && to - from < MAX_WINDOW; index += 1) to = (hits[index] ?? 0) + after;
      reported = look(view, from, to, reported);
    }
  }

  return { name: id, rules: [rule], roles, literals, analyse };
}
