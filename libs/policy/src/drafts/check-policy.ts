import { fields, grammar, isStorable, listOf, oneOf, Problems, requireFields, satisfies, text, type Problem, type Rule } from './draft-reader.ts';
import { globProblem } from '../globs/glob.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { appendToken, pointerProblem } from '../json-pointer.ts';
import { patternProblem } from '../conditions/pattern.ts';
import { DAYS, POLICY_ACTIONS, RATE_LIMIT_KEYS, THREAT_TYPES } from '../policy.ts';
import { canNeverHold, isTimeZone, minuteOf } from '../conditions/time-window.ts';

const MAX_PREDICATES = 32;
const MAX_LIST = 256;
const MAX_OPERAND_DEPTH = 32;
const MAX_OPERAND_VALUES = 1000;
const NOT_BUILT = 'not built yet';
const BY_THE_SERVER = 'set by the server';

const isBoolean = (value: unknown) => typeof value === 'boolean';
const number = satisfies((value) => typeof value === 'number' && Number.isFinite(value), 'must be a number');
const pattern = grammar(patternProblem);
const operand = satisfies(isOperand, `must be JSON of at most ${MAX_OPERAND_VALUES} values, ${MAX_OPERAND_DEPTH} levels deep, without NUL or half a surrogate pair`);
const hours = satisfies((value) => minuteOf(value) !== null, 'must be a whole hour from 0 to 24, or a time `HH:MM` from `00:00` to `24:00`');

const predicateFields = fields({
  eq: operand,
  ne: operand,
  in: listOf(operand, { max: MAX_LIST }),
  nin: listOf(operand, { max: MAX_LIST }),
  gt: number,
  gte: number,
  lt: number,
  lte: number,
  matches: pattern,
  starts_with: text({ min: 1, max: 1024 }),
  exists: satisfies(isBoolean, 'must be true or false'),
});

const predicate: Rule = (value, path, problems) => {
  predicateFields(value, path, problems);
  if (!isJsonObject(value)) return;
  const operators = Object.keys(value).filter((key) => value[key] !== undefined);
  if (operators.length === 0) problems.add(path, 'needs at least one operator, such as `eq`');
  if (value['exists'] === false && operators.length > 1) problems.add(path, 'can never hold: an absent value passes no operator but `exists: false`');
};

const predicates: Rule = (value, path, problems) => {
  if (!isJsonObject(value)) {
    problems.add(path, 'must be an object of JSON pointers');
    return;
  }
  const pointers = Object.keys(value);
  if (pointers.length > MAX_PREDICATES) {
    problems.add(path, `must have at most ${MAX_PREDICATES} entries`);
    return;
  }
  for (const pointer of pointers) {
    if (pointer.length > 512) {
      problems.add(path, 'a JSON pointer must have at most 512 characters');
      continue;
    }
    const inner = appendToken(path, pointer);
    grammar(pointerProblem)(pointer, inner, problems);
    if (value[pointer] !== undefined) predicate(value[pointer], inner, problems);
  }
};

const windowFields = fields({
  days: listOf(oneOf(DAYS), { max: DAYS.length }),
  hours_start: hours,
  hours_end: hours,
  timezone: grammar((name) => (isTimeZone(name) ? null : 'must be an IANA time zone such as `Europe/Berlin`')),
});

const timeWindow: Rule = (value, path, problems) => {
  windowFields(value, path, problems);
  if (!isJsonObject(value)) return;
  const { hours_start: from, hours_end: to } = value;
  if ((from === undefined) !== (to === undefined)) {
    problems.add(appendToken(path, from === undefined ? 'hours_start' : 'hours_end'), 'is required: `hours_start` and `hours_end` come together');
    return;
  }
  const start = minuteOf(from);
  const end = minuteOf(to);
  if (start !== null && end !== null && canNeverHold(start, end)) problems.add(path, 'can never hold: nothing lies between the end of a day and its beginning');
};

const risk = satisfies((value) => typeof value === 'number' && value >= 0 && value <= 1, 'must be a number from 0 to 1');

const conditionFields = fields(
  {
    end_user_id: text({ min: 1, max: 256 }),
    agent_id: text({ min: 1, max: 256 }),
    tool_type: text({ min: 1, max: 64 }),
    risk_score_min: risk,
    risk_score_max: risk,
    threat_types: listOf(oneOf(THREAT_TYPES), { max: THREAT_TYPES.length }),
    argument_pattern: pattern,
    arguments: predicates,
    time_window: timeWindow,
  },
  { trust_level: NOT_BUILT },
);

const conditions: Rule = (value, path, problems) => {
  conditionFields(value, path, problems);
  if (!isJsonObject(value)) return;
  const { risk_score_min: least, risk_score_max: most } = value;
  if (typeof least === 'number' && typeof most === 'number' && least > most) problems.add(appendToken(path, 'risk_score_min'), 'can never hold: it is above `risk_score_max`');
};

const approvalConfig = fields(
  {
    timeout_minutes: satisfies((value) => typeof value === 'number' && value > 0 && value <= 43_200, 'must be a number above 0 and up to 43200'),
    quorum: satisfies((value) => value === 1, 'must be 1: a `quorum` of more people is not built yet'),
    notification_channels: listOf(
      satisfies((value) => typeof value === 'string' && /^ch_[0-9a-z]{26}$/.test(value), 'must be the id of a channel'),
      { max: 20 },
    ),
  },
  { approval_group_id: NOT_BUILT, reminders: NOT_BUILT },
);

const wholeNumber = (min: number, max: number) => satisfies((value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max, `must be a whole number from ${min} to ${max}`);

const rateLimitFields = fields({ max_requests: wholeNumber(1, 1_000_000), window_seconds: wholeNumber(1, 86_400), by: oneOf(RATE_LIMIT_KEYS), on_within: oneOf(['allow', 'continue']) });

const rateLimit: Rule = (value, path, problems) => {
  rateLimitFields(value, path, problems);
  if (isJsonObject(value)) requireFields(['max_requests', 'window_seconds'], value, problems, path);
};

const name: Rule = (value, path, problems) => {
  text({ min: 1, max: 200 })(value, path, problems);
  if (typeof value === 'string' && value !== '' && value.trim() === '') problems.add(path, 'must not be blank');
};

const policy = fields(
  {
    name,
    description: text({ min: 0, max: 2000 }),
    tool_pattern: grammar(globProblem),
    action: oneOf(POLICY_ACTIONS),
    priority: wholeNumber(-1_000_000, 1_000_000),
    is_active: satisfies(isBoolean, 'must be true or false'),
    conditions,
    rate_limit: rateLimit,
    approval_config: approvalConfig,
  },
  { sanitize: NOT_BUILT, id: BY_THE_SERVER, created_at: BY_THE_SERVER, updated_at: BY_THE_SERVER },
);

/**
 * What is wrong with a policy as a client sent it, at most 100 problems; `[]` is a good draft. Takes any JSON value. With `partial`, for changes to a
 * policy that exists, `name`, `tool_pattern` and `action` may be missing, and `rate_limit` beside its action; `conditions`, `rate_limit` and `approval_config` are always replaced whole.
 */
export function checkPolicyDraft(draft: unknown, { partial = false }: { partial?: boolean } = {}): readonly Problem[] {
  const problems = new Problems();
  if (isJsonObject(draft) && !partial) requireFields(['name', 'tool_pattern', 'action'], draft, problems);
  policy(draft, '', problems);
  if (isJsonObject(draft) && !partial) limitGoesWithItsAction(draft, problems);
  return problems.list();
}

function limitGoesWithItsAction(draft: JsonObject, problems: Problems): void {
  if (draft['action'] === 'rate_limit') requireFields(['rate_limit'], draft, problems);
  else if (draft['rate_limit'] !== undefined) problems.add('/rate_limit', 'goes with the action `rate_limit` only');
}

/** Bounded, so that comparing with it is; the walk itself does not recurse. */
function isOperand(value: unknown): boolean {
  const left: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  for (let seen = 0; ; seen += 1) {
    const next = left.pop();
    if (next === undefined) return true;
    if (seen === MAX_OPERAND_VALUES || next.depth > MAX_OPERAND_DEPTH) return false;
    if (typeof next.value === 'string' && !isStorable(next.value)) return false;
    if (typeof next.value !== 'object' || next.value === null) continue;
    const inner = Object.entries(next.value);
    if (inner.length > MAX_OPERAND_VALUES) return false;
    for (const [key, item] of inner) {
      if (!isStorable(key)) return false;
      left.push({ value: item, depth: next.depth + 1 });
    }
  }
}
