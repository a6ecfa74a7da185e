import { createHash } from 'node:crypto';
import type { Api } from './api.ts';
import type { Call } from './calls.ts';

type Result = Readonly<{ action: string; code?: string; approval_id?: string; metadata: Readonly<{ decision_id: string; replayed?: boolean }> }>;

export const outcomes = ['allowed', 'warned', 'cleaned', 'blocked', 'released', 'rejected'] as const;
export type Outcome = (typeof outcomes)[number] | 'unaccounted';

/** What became of one call. */
export type Story = Readonly<{ call: Call; outcome: Outcome; parked: boolean; elapsedMs: number; decisions: readonly string[]; last: string }>;

const agents = 16;
const holdSeconds = 30;
const asksAtMost = 8;

/** Sixteen agents take the calls in turn; each goes on to its next call when the last is settled. */
export async function replay(agent: Api, guard: string, calls: readonly Call[], stop: AbortSignal): Promise<readonly Story[]> {
  const stories: Story[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let call = calls[next++]; call !== undefined && !stop.aborted; call = calls[next++]) stories.push(await tell(agent, guard, call));
  };
  await Promise.all(Array.from({ length: agents }, work));
  return stories;
}

async function tell(agent: Api, guard: string, call: Call): Promise<Story> {
  const startedAt = performance.now();
  const decisions: string[] = [];
  let parked = false;
  let last: Result | undefined;
  for (let asked = 0; asked < asksAtMost; asked += 1) {
    last = await ask(agent, guard, call, parked ? holdSeconds : 0);
    decisions.push(last.metadata.decision_id);
    if (last.action !== 'require_approval') break;
    parked = true;
  }
  const elapsedMs = performance.now() - startedAt;
  return { call, outcome: outcomeOf(last, parked), parked, elapsedMs, decisions, last: `${last?.action ?? 'no answer'} ${last?.code ?? ''}`.trim() };
}

/** As an agent does: the same call, the same id, until the answer is final. */
async function ask(agent: Api, guard: string, call: Call, waitSeconds: number): Promise<Result> {
  const body = { session_id: 'demo', tool_calls: [{ id: call.id, name: call.tool, arguments: call.arguments }] };
  const headers = waitSeconds === 0 ? {} : { prefer: `wait=${waitSeconds}` };
  const { results } = await agent.call<{ results: readonly Result[] }>('POST', `/v1/guard/${guard}/agent/validate`, body, headers);
  const [result] = results;
  if (!result) throw new Error('an answer without a result');
  return result;
}

function outcomeOf(last: Result | undefined, parked: boolean): Outcome {
  if (last?.action === 'allow') {
    if (!parked) return 'allowed';
    return last.metadata.replayed === false ? 'released' : 'unaccounted';
  }
  if (last?.action === 'warn') return 'warned';
  if (last?.action === 'sanitize') return 'cleaned';
  if (last?.action !== 'block') return 'unaccounted';
  if (last.code === undefined || last.code === 'could_not_sanitize') return 'blocked';
  return last.code === 'approval_rejected' ? 'rejected' : 'unaccounted';
}

type Approval = Readonly<{ id: string; arguments_hash: string; tool_call: Readonly<{ id: string }> }>;
export type Votes = { approved: number; rejected: number };

/** A person at the list of what waits: approves two of three, rejects the third, naming the arguments that were seen. */
export async function decideAll(person: Api, guard: string, votes: Votes, done: () => boolean): Promise<void> {
  while (!done()) {
    const { data } = await person.call<{ data: readonly Approval[] }>('GET', `/v1/guard/${guard}/approvals?status=pending&limit=100`);
    for (const approval of data) {
      const rejects = createHash('sha256').update(approval.tool_call.id).digest().readUInt8(0) % 3 === 0;
      const path = `/v1/guard/${guard}/approvals/${approval.id}`;
      if (rejects) await person.call('POST', `${path}/reject`, { comment: 'not without a ticket' });
      else await person.call('POST', `${path}/approve`, { comment: 'looks right', arguments_hash: approval.arguments_hash });
      votes[rejects ? 'rejected' : 'approved'] += 1;
    }
    if (data.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
