import type { Condition } from './condition.ts';
import { jsonEqual } from '../json.ts';
import { pointerTokens, valueAt } from '../json-pointer.ts';
import { compilePattern, isLongerThan, MAX_TEXT_BYTES } from './pattern.ts';
import type { ArgumentPredicate } from '../policy.ts';
import { quoted } from '../quoted.ts';
import { shown, shownList } from './shown.ts';
import { textTooLong, type Unjudgeable } from './unjudgeable.ts';

/** `whyNot` goes on where `/amount is 250` ends. */
type Test = Readonly<{ passes: (value: unknown) => boolean | Unjudgeable; whyNot: (value: unknown) => string }>;

/** Whether the value at the pointer, exactly as sent, passes every operator. Expects a predicate without problems. */
export function compilePredicate(pointer: string, predicate: ArgumentPredicate): Condition {
  const tokens = pointerTokens(pointer);
  const mustBeAbsent = predicate.exists === false;
  const tests = [...testsOf(pointer, predicate)];
  return {
    holds: (call) => {
      const found = valueAt(call.facts.arguments, tokens);
      if (found.length === 0) return mustBeAbsent;
      if (mustBeAbsent) return false;
      for (const test of tests) {
        const result = test.passes(found[0]);
        if (result !== true) return result;
      }
      return true;
    },
    whyNot: (call) => {
      const found = valueAt(call.facts.arguments, tokens);
      if (found.length === 0) return `nothing stands at ${quoted(pointer)} in the arguments`;
      const failed = tests.find((test) => test.passes(found[0]) !== true);
      return `${pointer === '' ? 'the whole of the arguments' : quoted(pointer)} is ${shown(found[0])}, ${failed?.whyNot(found[0]) ?? 'and must be absent'}`;
    },
  };
}

function* testsOf(pointer: string, { eq, ne, in: among, nin: notAmong, gt, gte, lt, lte, matches, starts_with: prefix }: ArgumentPredicate): Generator<Test> {
  if (eq !== undefined) yield { passes: (value) => jsonEqual(eq, value), whyNot: () => `not ${shown(eq)}` };
  if (ne !== undefined) yield { passes: (value) => !jsonEqual(ne, value), whyNot: () => 'and must be anything else' };
  if (among !== undefined) yield { passes: (value) => among.some((one) => jsonEqual(one, value)), whyNot: () => `none of ${shownList(among)}` };
  if (notAmong !== undefined) yield { passes: (value) => !notAmong.some((one) => jsonEqual(one, value)), whyNot: () => `and must be none of ${shownList(notAmong)}` };
  if (gt !== undefined) yield numeric((value) => value > gt, `greater than ${gt}`);
  if (gte !== undefined) yield numeric((value) => value >= gte, `at least ${gte}`);
  if (lt !== undefined) yield numeric((value) => value < lt, `less than ${lt}`);
  if (lte !== undefined) yield numeric((value) => value <= lte, `at most ${lte}`);
  if (prefix !== undefined) yield textual((value) => value.startsWith(prefix), () => `which does not start with ${shown(prefix)}`);
  if (matches !== undefined) {
    const pattern = compilePattern(matches);
    yield textual(
      (value) => (isLongerThan(MAX_TEXT_BYTES, value) ? textTooLong(pointer) : pattern.test(value)),
      () => `in which ${quoted(matches)} is not found`,
    );
  }
}

const numeric = (holds: (value: number) => boolean, wanted: string): Test => ({
  passes: (value) => typeof value === 'number' && holds(value),
  whyNot: (value) => (typeof value === 'number' ? `not ${wanted}` : `no number, and must be ${wanted}`),
});

const textual = (holds: (value: string) => boolean | Unjudgeable, unlike: () => string): Test => ({
  passes: (value) => typeof value === 'string' && holds(value),
  whyNot: (value) => (typeof value === 'string' ? unlike() : 'no text'),
});
