import type { JsonObject } from '@holdpoint/contracts';
import { type Scan, sanitizeArguments, type ScannedCall } from '@holdpoint/detection';
import type { Verdict } from '@holdpoint/policy';
import { toldChanges } from '../scans/seen.ts';
import type { JudgedCall, JudgedVerdict } from './results.ts';

type Asking = Readonly<{ isJson: (left: JsonObject) => boolean; judgeLeft: (left: JsonObject, scan: Scan) => Verdict }>;

/**
 * What becomes of a call that a policy wants cleaned. Nothing to clean: `allow`. Cleaned, and let go by the policies as it is now: `sanitize`.
 * Something dangerous left, or something that the policies do not let go: `block`.
 */
export function cleaned(verdict: Verdict, call: ScannedCall, { isJson, judgeLeft }: Asking): Pick<JudgedCall, 'verdict' | 'sanitized'> {
  const { arguments: left, changes, clean, scan } = sanitizeArguments(call);
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
      return { verdict: { ...verdict, reason: `${verdict.reason} Run \`sanitized_arguments\`, not what was asked about.` }, sanitized: { arguments: left, changes: toldChanges(changes) } };
  }
}

const couldNotSanitize = (verdict: Verdict, why: string): JudgedVerdict => ({ ...verdict, action: 'block', code: 'could_not_sanitize', reason: `Blocked: ${why}.` });
