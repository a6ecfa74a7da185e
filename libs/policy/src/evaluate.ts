import { JudgedCall } from './judged-call.ts';
import { type DefaultAction, isToolName, type Policy, type RateLimit, type RateLimitKey, type ToolCallFacts, type VerdictAction } from './policy.ts';
import type { CompiledPolicy, CompiledPolicySet } from './policy-set.ts';
import { quoted } from './quoted.ts';
import type { Unjudgeable } from './conditions/unjudgeable.ts';

/** A limit that a call meets, and with whom it is counted: the calls of this policy with this `value` of `by`; together all that have none, or all where `by` is null. */
export type MetLimit = Readonly<{ policy: Policy; rate_limit: RateLimit; by: RateLimitKey | null; value: string | null }>;

/** `policy` is the one that decided, or could not be judged; null: the guard's default, or a call with no name to judge. `reason` is one sentence. */
export type DecidedVerdict = Readonly<{ action: VerdictAction; policy: Policy | null; version: number; code?: 'could_not_judge'; reason: string; limit?: undefined }>;
/** Whether the call is within the limit is not for a pure function to say. */
export type LimitVerdict = Readonly<{ action: 'rate_limit'; policy: Policy; version: number; code?: undefined; reason: string; limit: MetLimit }>;
export type Verdict = DecidedVerdict | LimitVerdict;

/** What becomes of a call that every limit it meets has room for. `limits`: those, in the order they are met; over any of them the call is blocked. */
export type VerdictWithin = Readonly<{ verdict: DecidedVerdict; limits: readonly MetLimit[] }>;

/** Descriptions up to this length stand in the reason. */
const MAX_DESCRIPTION = 160;

/**
 * The first policy, in priority order, whose glob and conditions all hold decides. None: the guard's default. A condition that cannot be judged ends
 * the evaluation: `block`, `could_not_judge`. `at` is epoch milliseconds. Never throws on JSON; the same arguments give the same verdict.
 * `below`: only policies that are asked after this one, as for a call within a limit whose `on_within` is `continue`.
 */
export function evaluate(set: CompiledPolicySet, call: ToolCallFacts, at: number, { below }: Readonly<{ below?: Policy | undefined }> = {}): Verdict {
  if (!isToolName(call.tool_name)) return notNamed(set);
  const candidates = set.candidatesFor(call.tool_name);
  return firstVerdict(set, new JudgedCall(call, at), candidates, below === undefined ? 0 : placeBelow(candidates, below)).verdict;
}

/** `evaluate`, gone on with past every limit. */
export function evaluateWithin(set: CompiledPolicySet, call: ToolCallFacts, at: number): VerdictWithin {
  if (!isToolName(call.tool_name)) return { verdict: notNamed(set), limits: [] };
  const candidates = set.candidatesFor(call.tool_name);
  const judged = new JudgedCall(call, at);
  const limits: MetLimit[] = [];
  for (let from = 0; ; ) {
    const { verdict, place } = firstVerdict(set, judged, candidates, from);
    if (verdict.action !== 'rate_limit') return { verdict, limits };
    limits.push(verdict.limit);
    if (verdict.limit.rate_limit.on_within !== 'continue') return { verdict: allowedWithin(verdict.limit, set.version), limits };
    from = place + 1;
  }
}

/** From the given place of the candidates on, and the place of the one that decided. */
function firstVerdict(set: CompiledPolicySet, judged: JudgedCall, candidates: readonly CompiledPolicy[], from: number): Readonly<{ verdict: Verdict; place: number }> {
  for (let place = from; place < candidates.length; place += 1) {
    const candidate = candidates[place];
    if (candidate === undefined) break;
    const result = conditionsOf(candidate, judged);
    if (result === true) return { verdict: decided(set, candidate.policy, judged.facts), place };
    if (result !== false) return { verdict: couldNotJudge(set, candidate.policy, result.because), place };
  }
  return { verdict: byDefault(set, judged.facts.tool_name), place: candidates.length };
}

/** A policy that is none of the candidates has no place among them: nothing is passed over. */
const placeBelow = (candidates: readonly CompiledPolicy[], { id }: Policy): number => candidates.findIndex(({ policy }) => policy.id === id) + 1;

function conditionsOf({ conditions }: CompiledPolicy, call: JudgedCall): boolean | Unjudgeable {
  for (const condition of conditions) {
    const result = condition.holds(call);
    if (result !== true) return result;
  }
  return true;
}

function decided(set: CompiledPolicySet, policy: Policy, call: ToolCallFacts): Verdict {
  const { action, rate_limit } = policy;
  const { version } = set;
  const reason = reasonOf(policy, call.tool_name);
  if (action !== 'rate_limit') return { action, policy, version, reason };
  return rate_limit ? { action, policy, version, reason, limit: limitMet(policy, rate_limit, call) } : couldNotJudge(set, policy, 'it has no limit');
}

/** INVARIANT: a call that does not say the `by` of its limit is counted, together with all others that do not. */
function limitMet(policy: Policy, rate_limit: RateLimit, call: ToolCallFacts): MetLimit {
  const by = rate_limit.by ?? null;
  const value: unknown = by === null ? null : call[by];
  return { policy, rate_limit, by, value: typeof value === 'string' ? value : null };
}

function allowedWithin({ policy, rate_limit }: MetLimit, version: number): DecidedVerdict {
  return { action: 'allow', policy, version, reason: `Allowed by policy ${quoted(policy.name)}, within its limit of ${limitInWords(rate_limit)}.` };
}

export function limitInWords({ max_requests: calls, window_seconds: seconds, by }: RateLimit): string {
  const window = seconds === 1 ? 'a second' : `${seconds} seconds`;
  return `${calls} ${calls === 1 ? 'call' : 'calls'} in ${window}${by === undefined ? '' : ` for each \`${by}\``}`;
}

/** What a limit means for a call that meets it, where nobody counts. */
export const reasonOfLimit = ({ policy }: MetLimit): string => reasonOf(policy, '');

function reasonOf(policy: Policy, toolName: string): string {
  const { description, action, rate_limit } = policy;
  const name = quoted(policy.name);
  const told = description !== undefined && description.trim() !== '' && description.length <= MAX_DESCRIPTION ? `: ${quoted(description)}` : '';
  switch (action) {
    case 'allow':
      return `Allowed by policy ${name}.`;
    case 'warn':
      return `Allowed with a warning by policy ${name}${told}.`;
    case 'block':
      return `Blocked by policy ${name}${told}.`;
    case 'sanitize':
      return `Cleaned by policy ${name}${told}.`;
    case 'require_approval':
      return `Waiting for a person to approve ${quoted(toolName)} (policy ${name}${told}).`;
    case 'rate_limit': {
      const within = rate_limit?.on_within === 'continue' ? 'the policies below decide' : 'the call is allowed';
      return `Limited by policy ${name}${told}: within ${rate_limit === undefined ? 'its limit' : limitInWords(rate_limit)} ${within}, over it the call is blocked.`;
    }
  }
}

function byDefault({ version, default_action: action }: CompiledPolicySet, toolName: string): DecidedVerdict {
  const reasons: Readonly<Record<DefaultAction, () => string>> = {
    allow: () => 'Allowed: no policy matches and the guard allows by default.',
    warn: () => 'Allowed with a warning: no policy matches and the guard warns by default.',
    block: () => 'Blocked: no policy matches and the guard blocks by default.',
    require_approval: () => `Waiting for a person to approve ${quoted(toolName)}: no policy matches and the guard asks a person by default.`,
  };
  return { action, policy: null, version, reason: reasons[action]() };
}

const notNamed = (set: CompiledPolicySet): DecidedVerdict => couldNotJudge(set, null, 'the tool name is not 1 to 128 printable ASCII characters without spaces');

function couldNotJudge({ version }: CompiledPolicySet, policy: Policy | null, because: string): DecidedVerdict {
  const what = policy ? `policy ${quoted(policy.name)}` : 'the call';
  return { action: 'block', policy, version, code: 'could_not_judge', reason: `Blocked: ${what} could not be judged because ${because}.` };
}
