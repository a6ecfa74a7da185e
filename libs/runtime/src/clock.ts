/** Milliseconds since some moment of this process, with fractions; never goes back. For durations and deadlines, not for dates. */
export function monotonicMs(): number {
  return performance.now();
}
