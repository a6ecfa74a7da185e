import { compilePredicate } from './argument-predicates.ts';
import type { JudgedCall } from './judged-call.ts';
import { compilePattern } from './pattern.ts';
import type { Conditions } from './policy.ts';
import { compileTimeWindow } from './time-window.ts';
import type { Unjudgeable } from './unjudgeable.ts';

export type Condition = (call: JudgedCall) => boolean | Unjudgeable;

/** Characters times program size. The smallest programs (64 and less) meet it at no call the API takes; the largest at 128 KiB of text. */
const MAX_PATTERN_WORK = 2 ** 26;

const notScanned: Unjudgeable = { because: 'the call was not scanned' };

/** In the order they are judged: the cheap ones first, so that a text is read only where everything else holds. Expects conditions without problems. */
export function* compileConditions(conditions: Conditions): Generator<Condition> {
  const { end_user_id: user, agent_id: agent, tool_type: type, risk_score_min: least, risk_score_max: most, threat_types: threats, time_window: window, arguments: predicates, argument_pattern: pattern } = conditions;
  if (user !== undefined) yield ({ facts }) => facts.end_user_id === user;
  if (agent !== undefined) yield ({ facts }) => facts.agent_id === agent;
  if (type !== undefined) yield ({ facts }) => facts.tool_type === type;
  if (least !== undefined) yield ({ facts: { risk_score: risk } }) => (risk === undefined ? notScanned : risk >= least);
  if (most !== undefined) yield ({ facts: { risk_score: risk } }) => (risk === undefined ? notScanned : risk <= most);
  if (threats !== undefined) yield ({ facts: { threat_types: found } }) => (found === undefined ? notScanned : found.some((one) => threats.includes(one)));
  if (window !== undefined) {
    const isOpenAt = compileTimeWindow(window);
    yield ({ at }) => isOpenAt(at) ?? { because: 'the time of the call is not known' };
  }
  for (const [pointer, predicate] of Object.entries(predicates ?? {})) yield compilePredicate(pointer, predicate);
  if (pattern !== undefined) yield argumentPattern(pattern);
}

function argumentPattern(source: string): Condition {
  const pattern = compilePattern(source);
  const maxWritten = MAX_PATTERN_WORK / pattern.programSize();
  return (call) => {
    const collected = call.texts();
    if ('because' in collected) return collected;
    if (collected.written > maxWritten) return { because: 'the arguments are too long for its `argument_pattern`' };
    for (const text of collected.texts) if (pattern.test(text)) return true;
    return false;
  };
}
