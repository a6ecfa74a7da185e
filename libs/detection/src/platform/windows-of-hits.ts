/** A piece of a text around one or several literals that stand close together. */
type Window = Readonly<{ from: number; to: number }>;

const MAX_WINDOWS = 256;

/**
 * Windows from `before` characters ahead of a literal to `after` past it. INVARIANT: neighbours overlap by `before` plus half of `after` at most,
 * so that all of them together are a few times the text, however many literals it has.
 */
export function windowsAround(hits: readonly number[], before: number, after: number): readonly Window[] {
  const windows: Window[] = [];
  let next = -1;
  for (const hit of hits) {
    if (hit < next) continue;
    if (windows.length >= MAX_WINDOWS) break;
    windows.push({ from: Math.max(0, hit - before), to: hit + after });
    next = hit + after / 2;
  }
  return windows;
}
