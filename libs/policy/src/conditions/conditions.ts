import { compilePredicate } from './argument-predicates.ts';
import type { Condition } from './condition.ts';
import { compilePattern } from './pattern.ts';
import type { PatternGroup } from './pattern-groups.ts';
import type { Conditions } from '../policy.ts';
import { quoted } from '../quoted.ts';
import { shown, shownList } from './shown.ts';
import { compileTimeWindow, whyClosed } from './time-window.ts';
import type { Unjudgeable } from './unjudgeable.ts';

/** Characters searched times program size. Plain text is searched as itself and in the JSON, so that the largest programs meet it at 128 KiB of text, small ones (64 and less) at no text the API takes. */
const MAX_PATTERN_WORK = 2 ** 27;

const notScanned: Unjudgeable = { because: 'the call was not scanned' };

/** In the order they are judged: the cheap ones first, so that a text is read only where everything else holds. Expects conditions without problems; `group` is the one that `argument_pattern` is searched with. */
export function* compileConditions(conditions: Conditions, group?: PatternGroup): Generator<Condition> {
  const { end_user_id: user, agent_id: agent, tool_type: type, risk_score_min: least, risk_score_max: most, threat_types: threats, time_window: window, arguments: predicates, argument_pattern: pattern } = conditions;
  if (user !== undefined) yield { holds: ({ facts }) => facts.end_user_id === user, whyNot: ({ facts }) => notThisOne('end_user_id', facts.end_user_id, user) };
  if (agent !== undefined) yield { holds: ({ facts }) => facts.agent_id === agent, whyNot: ({ facts }) => notThisOne('agent_id', facts.agent_id, agent) };
  if (type !== undefined) yield { holds: ({ facts }) => facts.tool_type === type, whyNot: ({ facts }) => notThisOne('tool_type', facts.tool_type, type) };
  if (least !== undefined) {
    yield {
      holds: ({ facts: { risk_score: risk } }) => (risk === undefined ? notScanned : risk >= least),
      whyNot: ({ facts: { risk_score: risk } }) => `the risk score is ${shown(risk)}, below ${least}`,
    };
  }
  if (most !== undefined) {
    yield {
      holds: ({ facts: { risk_score: risk } }) => (risk === undefined ? notScanned : risk <= most),
      whyNot: ({ facts: { risk_score: risk } }) => `the risk score is ${shown(risk)}, above ${most}`,
    };
  }
  if (threats !== undefined) {
    yield {
      holds: ({ facts: { threat_types: found } }) => (found === undefined ? notScanned : found.some((one) => threats.includes(one))),
      whyNot: ({ facts: { threat_types: found = [] } }) => `the scanner found ${found.length === 0 ? 'no threat' : shownList(found)}, and none of ${shownList(threats)}`,
    };
  }
  if (window !== undefined) {
    const isOpenAt = compileTimeWindow(window);
    yield { holds: ({ at }) => isOpenAt(at) ?? { because: 'the time of the call is not known' }, whyNot: ({ at }) => whyClosed(window, at) };
  }
  for (const [pointer, predicate] of Object.entries(predicates ?? {})) yield compilePredicate(pointer, predicate);
  if (pattern !== undefined) yield argumentPattern(pattern, group);
}

function argumentPattern(source: string, group: PatternGroup | undefined): Condition {
  const pattern = compilePattern(source);
  const maxLength = MAX_PATTERN_WORK / pattern.programSize();
  return {
    holds: (call) => {
      const collected = call.texts();
      if ('because' in collected) return collected;
      if (collected.length > maxLength) return { because: 'the arguments are too long for its `argument_pattern`' };
      const found = group && call.found(group, collected);
      if (found) return found.has(source);
      for (const text of collected.texts) if (pattern.test(text)) return true;
      return false;
    },
    whyNot: () => `\`argument_pattern\` ${quoted(source)} is found nowhere in the arguments`,
  };
}

const notThisOne = (field: string, given: unknown, wanted: string): string =>
  given === undefined ? `\`${field}\` is not given, and must be ${shown(wanted)}` : `\`${field}\` is ${shown(given)}, not ${shown(wanted)}`;
