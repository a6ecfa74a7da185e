import { checkPolicyDraft } from './drafts/check-policy.ts';
import { fields, listOf, oneOf, problemsOf, satisfies, text, type Problem, type Rule } from './drafts/draft-reader.ts';
import { evaluate, evaluateWithin, type Verdict } from './evaluate.ts';
import { instantOf } from './instant.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import { appendToken } from './json-pointer.ts';
import { DEFAULT_ACTIONS, POLICY_ACTIONS, type DefaultAction, type Policy, type ToolCallFacts } from './policy.ts';
import { readPolicyList } from './drafts/policy-list.ts';
import { compilePolicySet } from './policy-set.ts';
import { quoted } from './quoted.ts';

/** What became of one case. `path` is where it stands in the file; `failures` say where in the file something was not as wanted, and what came instead. */
export type CaseResult = Readonly<{ name: string; path: string; failures: readonly Problem[] }>;

/** `problems` are those of the file itself; a case that cannot be read is among the results, as one that failed. */
export type CaseReport = Readonly<{ topic: string; results: readonly CaseResult[]; problems: readonly Problem[] }>;

const MAX_CASES = 10_000;
const MAX_CALLS = 1_000;

const anything: Rule = () => undefined;
const name = text({ min: 1, max: 200 });
const instant = satisfies((value) => instantOf(value) !== null, 'must be a time with its offset, such as `2026-03-08T07:30:00Z`');

const file = required(['cases'], fields({ topic: text({ min: 1, max: 2000 }), policies: satisfies(isJsonObject, 'must be an object of named lists'), cases: listOf(anything, { max: MAX_CASES }) }));
const nullOr = (rule: Rule): Rule => (value, path, problems) => {
  if (value !== null) rule(value, path, problems);
};
const verdictFields = { action: oneOf(POLICY_ACTIONS), policy: nullOr(name), code: nullOr(name), reason: text({ min: 1, max: 2000 }) };
const want = required(['action'], fields({ ...verdictFields, within: required(['action'], fields(verdictFields)) }));
const facts = required(
  ['tool_name'],
  fields({
    tool_name: satisfies((value) => typeof value === 'string', 'must be a string'),
    tool_type: name,
    arguments: satisfies(isJsonObject, 'must be an object'),
    end_user_id: text({ min: 1, max: 256 }),
    agent_id: text({ min: 1, max: 256 }),
    session_id: text({ min: 1, max: 256 }),
    risk_score: satisfies((value) => typeof value === 'number' && value >= 0 && value <= 1, 'must be a number from 0 to 1'),
    threat_types: satisfies((value) => Array.isArray(value) && value.every((type) => typeof type === 'string'), 'must be a list of threat types'),
  }),
);
const judging = required(
  ['name', 'policies', 'calls'],
  fields({ name, default_action: oneOf(DEFAULT_ACTIONS), policies: anything, calls: listOf(required(['call', 'want'], fields({ call: facts, at: instant, want })), { max: MAX_CALLS }) }),
);
const refusing = required(['name', 'refused'], fields({ name, refused: required(['policy', 'path'], fields({ policy: anything, path: text({ min: 0, max: 2000 }), message: name })) }));

type Expectation = Readonly<{ call: Omit<ToolCallFacts, 'arguments'> & Partial<ToolCallFacts>; at?: string; want: Wanted & Readonly<{ within?: Wanted }> }>;
type Wanted = Readonly<{ action: string; policy?: string | null; code?: string | null; reason?: string }>;
type JudgingCase = Readonly<{ default_action?: DefaultAction; policies: unknown; calls: readonly Expectation[] }>;
type RefusingCase = Readonly<{ refused: Readonly<{ policy: unknown; path: string; message?: string }> }>;

/**
 * Runs a file of cases (docs/policy-language.md), already parsed from YAML or JSON. Takes any value and never throws on JSON; paths are JSON pointers
 * into the document. A call without `at` has no time, and without `risk_score` and `threat_types` nobody scanned it. Nobody counts: `within` is the verdict
 * that a call gets while every limit it meets has room.
 */
export function runCases(document: unknown): CaseReport {
  const problems = problemsOf(file, document, '');
  const { topic, policies, cases } = isJsonObject(document) ? document : {};
  const lists = isJsonObject(policies) ? policies : {};
  const results = Array.isArray(cases) ? cases.slice(0, MAX_CASES).map((one: unknown, index) => resultOf(one, appendToken('/cases', index), lists)) : [];
  return { topic: typeof topic === 'string' ? topic : '', results, problems };
}

function resultOf(one: unknown, path: string, lists: JsonObject): CaseResult {
  const given = isJsonObject(one) ? one['name'] : undefined;
  return { name: typeof given === 'string' ? given : path, path, failures: isJsonObject(one) && 'refused' in one ? refusalFailures(one, path) : verdictFailures(one, path, lists) };
}

function refusalFailures(one: unknown, path: string): readonly Problem[] {
  const problems = problemsOf(refusing, one, path);
  if (problems.length > 0) return problems;
  const { policy, path: at, message } = (one as RefusingCase).refused;
  const found = checkPolicyDraft(policy);
  if (found.some((problem) => problem.path === at && (message === undefined || problem.message.includes(message)))) return [];
  const instead = found.length === 0 ? 'it was accepted' : `it was refused at ${found.map((problem) => `${quoted(problem.path)} (${problem.message})`).join(', ')}`;
  return [{ path: appendToken(path, 'refused'), message: `wanted a refusal at ${quoted(at)}${message === undefined ? '' : ` that says ${quoted(message)}`}; ${instead}` }];
}

function verdictFailures(one: unknown, path: string, lists: JsonObject): readonly Problem[] {
  const problems = problemsOf(judging, one, path);
  if (problems.length > 0) return problems;
  const { policies: named, default_action = 'allow', calls } = one as JudgingCase;
  if (typeof named === 'string' && !Object.hasOwn(lists, named)) return [{ path: `${path}/policies`, message: `there is no list ${quoted(named)} among the file's \`policies\`` }];
  const list = typeof named === 'string' ? { path: appendToken('/policies', named), value: lists[named] } : { path: `${path}/policies`, value: named };
  const read = readPolicyList(list.value, list.path);
  if ('problems' in read) return read.problems;
  const { policies } = read;
  const set = compilePolicySet({ guard_id: 'cases', version: 1, default_action, policies });
  return calls.flatMap(({ call, at, want: wanted }, index) => {
    const facts = { arguments: {}, ...call };
    const when = instantOf(at) ?? Number.NaN;
    const inner = `${path}/calls/${index}/want`;
    const found = differences(wanted, evaluate(set, facts, when), policies).map(({ field, message }) => ({ path: `${inner}/${field}`, message }));
    if (wanted.within === undefined) return found;
    const within = differences(wanted.within, evaluateWithin(set, facts, when).verdict, policies);
    return [...found, ...within.map(({ field, message }) => ({ path: `${inner}/within/${field}`, message }))];
  });
}

function* differencesOf(wanted: Wanted, verdict: Verdict): Generator<Readonly<{ field: string; wanted: string | null; was: string | null }>> {
  const { action, policy, code, reason } = wanted;
  if (action !== verdict.action) yield { field: 'action', wanted: action, was: verdict.action };
  const decider = verdict.policy?.name ?? null;
  if (policy !== undefined && policy !== decider) yield { field: 'policy', wanted: policy, was: decider };
  const given = verdict.code ?? null;
  if (code !== undefined && code !== given) yield { field: 'code', wanted: code, was: given };
  if (reason !== undefined && reason !== verdict.reason) yield { field: 'reason', wanted: reason, was: verdict.reason };
}

function differences(wanted: Wanted, verdict: Verdict, policies: readonly Policy[]): readonly Readonly<{ field: string; message: string }>[] {
  const named = typeof wanted.policy === 'string' ? policies.filter((policy) => policy.name === wanted.policy).length : 1;
  if (named !== 1) return [{ field: 'policy', message: `${named === 0 ? 'no policy is' : 'several policies are'} called ${quoted(wanted.policy ?? '')}` }];
  const show = (value: string | null) => (value === null ? 'none' : quoted(value, 2000));
  return [...differencesOf(wanted, verdict)].map(({ field, wanted: expected, was }) => ({
    field,
    message: `wanted ${show(expected)}, was ${show(was)}${field === 'reason' ? '' : `: ${verdict.reason}`}`,
  }));
}

function required(names: readonly string[], rule: Rule): Rule {
  return (value, path, problems) => {
    rule(value, path, problems);
    if (isJsonObject(value)) for (const one of names) if (value[one] === undefined) problems.add(appendToken(path, one), 'is required');
  };
}
