import { jsonEqual } from './json.ts';
import { pointerTokens, valueAt } from './json-pointer.ts';
import type { JudgedCall } from './judged-call.ts';
import { compilePattern, isLongerThan, MAX_TEXT_BYTES } from './pattern.ts';
import type { ArgumentPredicate } from './policy.ts';
import { textTooLong, type Unjudgeable } from './unjudgeable.ts';

type Test = (value: unknown) => boolean | Unjudgeable;

/** Whether the value at the pointer, exactly as sent, passes every operator. Expects a predicate without problems. */
export function compilePredicate(pointer: string, predicate: ArgumentPredicate): (call: JudgedCall) => boolean | Unjudgeable {
  const tokens = pointerTokens(pointer);
  const mustBeAbsent = predicate.exists === false;
  const tests = [...testsOf(pointer, predicate)];
  return (call) => {
    const found = valueAt(call.facts.arguments, tokens);
    if (found.length === 0) return mustBeAbsent;
    if (mustBeAbsent) return false;
    for (const test of tests) {
      const result = test(found[0]);
      if (result !== true) return result;
    }
    return true;
  };
}

function* testsOf(pointer: string, { eq, ne, in: among, nin: notAmong, gt, gte, lt, lte, matches, starts_with: prefix }: ArgumentPredicate): Generator<Test> {
  if (eq !== undefined) yield (value) => jsonEqual(eq, value);
  if (ne !== undefined) yield (value) => !jsonEqual(ne, value);
  if (among !== undefined) yield (value) => among.some((one) => jsonEqual(one, value));
  if (notAmong !== undefined) yield (value) => !notAmong.some((one) => jsonEqual(one, value));
  if (gt !== undefined) yield (value) => typeof value === 'number' && value > gt;
  if (gte !== undefined) yield (value) => typeof value === 'number' && value >= gte;
  if (lt !== undefined) yield (value) => typeof value === 'number' && value < lt;
  if (lte !== undefined) yield (value) => typeof value === 'number' && value <= lte;
  if (prefix !== undefined) yield (value) => typeof value === 'string' && value.startsWith(prefix);
  if (matches !== undefined) {
    const pattern = compilePattern(matches);
    yield (value) => {
      if (typeof value !== 'string') return false;
      return isLongerThan(MAX_TEXT_BYTES, value) ? textTooLong(pointer) : pattern.test(value);
    };
  }
}
