import { compilePolicySet, instantOf, type LimitVerdict, type SettledVerdict } from '@holdpoint/policy';
import { readOptions, wantsHelp } from '../command/options.ts';
import { type LineStreams, linesOf } from '../json-lines/lines.ts';
import { readPolicies } from '../policies/read-policies.ts';
import { type OfflineCall, readCallLine } from './call-line.ts';
import { judgeOffline, type OfflineJudgement } from './judge-offline.ts';

export const decideUsage = `holdpoint decide --policies FILE [--default-action ACTION] [--at TIME] < calls.jsonl > decisions.jsonl

  Judges tool calls by a file of policies, offline: scans, evaluates and cleans each as an evaluator does. Nothing else is started or asked.

  One call a line is read, in any of these shapes:
    {"session_id", "end_user_id"?, "agent_id"?, "tool_calls": [{"id", "name", "type"?, "arguments"}]}   as POST agent/validate takes them: one decision for each
    {"id"?, "end_user_id"?, "agent_id"?, "tool_call": {"id", "name", "type"?, "arguments"}}
    {"id", "tool", "type"?, "arguments"}                                                               as holdpoint scan reads them
  and one decision a line is written, in the same order:
    {"id", "action", "policy", "policy_id", "code"?, "message", "sanitized_arguments"?, "changes"?, "within"?, "risk_score", "threats_detected", "limits"?}
  Nobody is asked and nothing is counted. require_approval: a person would be. rate_limit: over the limit the call is blocked, and "within" is what holds
  while there is room; "limits" names every policy that would count the call.

  --policies FILE          a list of policies, or {default_action?, policies}, in YAML or JSON (docs/policies.md)
  --default-action ACTION  for calls that no policy decides: allow, block, require_approval or warn; goes before the file's; allow if neither says
  --at TIME                judge as at this time, such as 2026-03-08T07:30:00Z; a line's own "at" goes before it; now if neither says

  Exit code 0: every line was judged; 1: some could not be read (named on stderr by line and column; the others are judged all the same);
  2: the policies cannot be read; 64: the command is not used like this.
`;

export type DecideContext = LineStreams & Readonly<{ args: readonly string[]; err: (line: string) => void; now: () => number; pathOf: (name: string) => string }>;

/** `holdpoint decide`. Returns the exit code. */
export async function decide({ args, input, out, err, now, pathOf }: DecideContext): Promise<number> {
  if (wantsHelp(args)) {
    await out(decideUsage);
    return 0;
  }
  const given = readDecideOptions(args);
  if ('problem' in given) {
    err(`holdpoint decide ${given.problem}\n\n${decideUsage}`);
    return 64;
  }
  const file = readPolicies(given.policies, pathOf(given.policies));
  if ('unreadable' in file) {
    for (const line of file.unreadable) err(line);
    return 2;
  }
  const set = compilePolicySet({ guard_id: 'offline', version: 0, default_action: given.defaultAction ?? file.default_action ?? 'allow', policies: file.policies });
  let unreadable = 0;
  let limitsTold = false;
  for await (const line of linesOf(input)) {
    if ('text' in line && line.text.trim() === '') continue;
    const calls = 'text' in line ? readCallLine(line.text) : { column: 1, message: line.problem };
    if ('message' in calls) {
      unreadable += 1;
      err(`<stdin>:${line.number}:${calls.column}: ${calls.message}`);
      continue;
    }
    for (const call of calls) {
      const judgement = judgeOffline(set, call, call.at ?? given.at ?? now());
      if (judgement.limits.length > 0 && !limitsTold) err('holdpoint: nothing is counted offline: decisions with `limits` say what holds while there is room in them');
      limitsTold ||= judgement.limits.length > 0;
      await out(JSON.stringify(decisionOf(call, judgement)));
    }
  }
  return unreadable === 0 ? 0 : 1;
}

const actions = ['allow', 'block', 'require_approval', 'warn'] as const;
type Given = Readonly<{ policies: string; defaultAction?: (typeof actions)[number]; at?: number }>;

function readDecideOptions(args: readonly string[]): Given | Readonly<{ problem: string }> {
  const read = readOptions(args, { policies: 'string', 'default-action': 'string', at: 'string' });
  if ('problem' in read) return read;
  const { policies, 'default-action': wanted, at: time } = read.options;
  if (policies === undefined) return { problem: 'needs `--policies FILE`' };
  const defaultAction = actions.find((action) => action === wanted);
  if (wanted !== undefined && defaultAction === undefined) return { problem: `takes for \`--default-action\` one of ${actions.join(', ')}` };
  const at = time === undefined ? undefined : instantOf(time);
  if (at === null) return { problem: 'takes for `--at` a time with its offset, such as 2026-03-08T07:30:00Z' };
  return { policies, ...(defaultAction !== undefined && { defaultAction }), ...(at !== undefined && { at }) };
}

/** Fields that are undefined are not written. */
function decisionOf(call: OfflineCall, { scan, settled, limited, limits }: OfflineJudgement): object {
  const within = { ...told(settled.verdict), sanitized_arguments: settled.sanitized?.arguments, changes: settled.sanitized?.changes };
  return {
    id: call.id,
    ...(limited ? { ...told(limited), within } : within),
    risk_score: scan.risk_score,
    threats_detected: scan.threats_detected,
    limits: limits.length === 0 ? undefined : limits.map(({ policy }) => policy.name),
  };
}

const told = ({ action, policy, code, reason }: SettledVerdict | LimitVerdict) => ({ action, policy: policy?.name ?? null, policy_id: policy?.id ?? null, code, message: reason });
