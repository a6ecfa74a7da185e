import type { DecidedVerdict } from './evaluate.ts';
import type { JsonObject } from './json.ts';

/** What a policy set says of a call, once a call that is to be cleaned has been. */
export type SettledVerdict = Omit<DecidedVerdict, 'code' | 'limit'> & Readonly<{ code?: 'could_not_judge' | 'could_not_sanitize' }>;

/** What cleaning made of a call's arguments: what is left, what was done, and whether nothing dangerous is in what is left; `scan` is of that. */
export type Cleaning<Change, Scan> = Readonly<{ arguments: JsonObject; changes: readonly Change[]; clean: boolean; scan: Scan }>;

type Asking<Scan> = Readonly<{ isJson: (left: JsonObject) => boolean; judgeLeft: (left: JsonObject, scan: Scan) => DecidedVerdict }>;

/**
 * What becomes of a call that a policy wants cleaned. Nothing to clean: `allow`. Cleaned, and let go by the policies as it is now: `sanitize`, with what may run.
 * Something dangerous left, or something that the policies do not let go: `block`.
 * INVARIANT: what is left runs only if the policies let it: `judgeLeft` judges it like a call of its own.
 */
export function cleaned<Change, Scan>(
  verdict: DecidedVerdict,
  { arguments: left, changes, clean, scan }: Cleaning<Change, Scan>,
  { isJson, judgeLeft }: Asking<Scan>,
): Readonly<{ verdict: SettledVerdict; sanitized?: Readonly<{ arguments: JsonObject; changes: readonly Change[] }> }> {
  if (!clean) return { verdict: couldNotSanitize(verdict, 'the call was to be cleaned, and what is left would still be dangerous') };
  if (changes.length === 0) return { verdict: { ...verdict, action: 'allow', reason: 'Allowed: the call was to be cleaned, and there is nothing to clean.' } };
  // A cut may leave half a character.
  if (!isJson(left)) return { verdict: couldNotSanitize(verdict, 'the call was to be cleaned, and what is left is no text any more') };
  const again = judgeLeft(left, scan);
  switch (again.action) {
    case 'block':
      return { verdict: { ...again, reason: `${again.reason} (This is about what is left of the call after cleaning.)` } };
    case 'require_approval':
      return { verdict: couldNotSanitize(again, 'what is left of the call after cleaning needs a person; ask about that under a new call id') };
    case 'allow':
    case 'warn':
    case 'sanitize':
      return { verdict: { ...verdict, reason: `${verdict.reason} Run \`sanitized_arguments\`, not what was asked about.` }, sanitized: { arguments: left, changes } };
  }
}

const couldNotSanitize = (verdict: DecidedVerdict, why: string): SettledVerdict => ({ ...verdict, action: 'block', code: 'could_not_sanitize', reason: `Blocked: ${why}.` });
