/** Milliseconds between the attempts of one delivery; the first is made at once. As Standard Webhooks recommends. */
const waitsMs = [5_000, 5 * 60_000, 30 * 60_000, 2 * 3_600_000, 5 * 3_600_000, 10 * 3_600_000] as const;
/** Up to a fifth more, so that what failed together does not come again together. */
const jitter = 0.2;

export const maxAttempts = waitsMs.length + 1;

/** How long to wait after that many failed attempts; null: the last one has been made. `random` is in [0, 1). */
export function waitAfter(attempts: number, random: number): number | null {
  const wait = waitsMs[attempts - 1];
  return wait === undefined ? null : Math.round(wait * (1 + jitter * random));
}
