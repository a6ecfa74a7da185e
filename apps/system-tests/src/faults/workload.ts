import { setTimeout as delay } from 'node:timers/promises';
import { Client, type TestGuard, type TestSystem } from '../harness.ts';
import { EventClient } from './event-client.ts';
import { endingOf, type Ask, type AskedCall, type Edit, type History, type Read, type Result, type Submit, type Vote } from './history.ts';
import type { Seeded } from './seeded.ts';

/** One guard under load, with two approvers and the policies that an admin goes on editing. */
export type LoadedGuard = Readonly<{ guard: TestGuard; approvers: readonly [Client, Client]; edited: readonly Edited[]; events: EventClient }>;
type Edited = Readonly<{ policyId: string; flips: readonly [object, object] }>;

type KnownCall = Readonly<{ session: string; call: AskedCall }>;

const answerWithinMs = 12_000;
/** How long a client that asks again for the same call remembers it. */
const remembered = 30;

const policies = {
  pay: { name: 'Payments need a person', tool_pattern: 'pay_*', action: 'require_approval', priority: 10 },
  brief: { name: 'Decide quickly', tool_pattern: 'brief_*', action: 'require_approval', priority: 10, approval_config: { timeout_minutes: 0.05 } },
  never: { name: 'Never', tool_pattern: 'never_*', action: 'block', priority: 10 },
  swap: { name: 'Swapped, below', tool_pattern: 'swap_*', action: 'require_approval', priority: 10 },
  hot: { name: 'So many a second', tool_pattern: 'hot_*', action: 'rate_limit', priority: 10, rate_limit: { max_requests: 10, window_seconds: 1 } },
  loose: { name: 'Loosened, below', tool_pattern: 'loose_*', action: 'require_approval', priority: 10 },
};
const editedPolicies = [
  { policy: { name: 'Edited', tool_pattern: 'edit_*', action: 'allow', priority: 20 }, flips: [{ action: 'block' }, { action: 'allow' }] },
  { policy: { name: 'Swapped, above', tool_pattern: 'swap_*', action: 'require_approval', priority: 30 }, flips: [{ is_active: false }, { is_active: true }] },
  { policy: { name: 'Loosened, above', tool_pattern: 'loose_*', action: 'allow', priority: 30, is_active: false }, flips: [{ is_active: true }, { is_active: false }] },
] as const;

export async function loadedGuard(test: TestSystem, id: string, failureMode: 'closed' | 'open'): Promise<LoadedGuard> {
  const guard = await test.guard(id, Object.values(policies), { failure_mode: failureMode });
  const { body } = await test.admin.expect(201, 'POST', '/v1/keys', { name: `${id} second approver`, guards: [id], roles: ['approver'], owner_email: 'second@example.com' });
  const edited: Edited[] = [];
  for (const { policy, flips } of editedPolicies) edited.push({ policyId: await guard.addPolicy(policy), flips });
  const events = await EventClient.connect({ url: test.system.stack.nats?.url ?? '', guardId: id, key: guard.agent.key });
  return { guard, events, approvers: [guard.approver, new Client(test.system.url, String(body['key']))], edited };
}

/** Clients of every kind, each at its own pace, until `stop`. What they do follows from the seed; when, from the machine. */
export class Workload {
  private stopping = false;
  private readonly running: Promise<void>[] = [];
  private calls = 0;

  constructor(
    private readonly history: History,
    private readonly random: Seeded,
  ) {}

  start(loaded: LoadedGuard): void {
    for (let count = 0; count < 2; count += 1) this.run(loaded, `asker ${count}`, 40, (client) => this.askPlainly(client));
    for (let count = 0; count < 2; count += 1) this.run(loaded, `hurrier ${count}`, 60, (client) => this.askTooOften(client));
    for (let count = 0; count < 4; count += 1) {
      const known: KnownCall[] = [];
      this.run(loaded, `payer ${count}`, 60, (client) => this.askForApproval(client, known));
    }
    for (let count = 0; count < 2; count += 1) this.run(loaded, `approver ${count}`, 80, (client) => this.decide(client));
    this.run(loaded, 'admin', 300, (client) => this.edit(client));
    this.run(loaded, 'platform', 60, (client) => this.submitNew(client));
    this.run(loaded, 'subscriber', 20, (client) => this.hear(client));
  }

  /** Resolves when every client has had its last answer. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.running);
  }

  /** Asks once and keeps what was heard. */
  ask({ guard }: LoadedGuard, client: string, asked: Readonly<{ session: string; calls: readonly AskedCall[]; waitS: number }>): Promise<Omit<Ask, 'startedAt' | 'endedAt'>> {
    const { session, calls, waitS } = asked;
    const known = { kind: 'ask' as const, client, guard: guard.id, ...asked };
    return this.history.record<Omit<Ask, 'startedAt' | 'endedAt'>>(
      async () => {
        const path = `${guard.path}/agent/validate${waitS > 0 ? `?wait=${waitS}` : ''}`;
        const { status, body } = await guard.agent.call('POST', path, { session_id: session, tool_calls: calls }, {}, AbortSignal.timeout(answerWithinMs + 1_000 * waitS));
        return { ...known, ending: endingOf(status), status, ...(status === 200 ? { results: body['results'] as Result[] } : { error: JSON.stringify(body) }) };
      },
      (error) => ({ ...known, ending: 'unknown', error }),
    );
  }

  /** Publishes a call until it is acknowledged, as a platform does that does not know whether its message arrived; now and then once more. */
  private async submitNew({ loaded, name, random }: ClientTurn): Promise<void> {
    const call = this.newCall(random.pick(['pay', 'free', 'never', 'edit', 'brief', 'loose', 'hot']));
    const twice = random.chance(0.1);
    for (let attempt = 0; !this.stopping; attempt += 1) {
      const { ending } = await this.submit(loaded, name, call);
      if (ending !== 'unknown' && !(twice && attempt === 0)) return;
      await delay(200);
    }
  }

  private submit({ guard, events }: LoadedGuard, client: string, call: AskedCall): Promise<Omit<Submit, 'startedAt' | 'endedAt'>> {
    const known = { kind: 'submit' as const, client, guard: guard.id, session: client, call };
    return this.history.record<Omit<Submit, 'startedAt' | 'endedAt'>>(
      async () => {
        const { status, error } = await events.submit({ session_id: client, tool_call: call });
        return { ...known, ending: endingOf(status), status, ...(error === undefined ? {} : { error }) };
      },
      (error) => ({ ...known, ending: 'unknown', error }),
    );
  }

  /** What the guard's subscriber reads. */
  private async hear({ loaded: { guard, events }, name }: ClientTurn): Promise<void> {
    const news = await events.next(1).catch(() => []);
    const decisions = news.filter(({ subject }) => subject.endsWith('.decision.made')).map(({ body }) => body as Readonly<Record<'id' | 'session_id' | 'tool_call_id' | 'action', string>>);
    for (const { id, session_id: session, tool_call_id: callId, action } of decisions) {
      this.history.note({ kind: 'hear', client: name, guard: guard.id, ending: 'ok', session, callId, decisionId: id, action });
    }
  }

  private run(loaded: LoadedGuard, name: string, paceMs: number, act: (client: ClientTurn) => Promise<void>): void {
    const client = { loaded, name: `${loaded.guard.id} ${name}`, random: this.random.fork(`${loaded.guard.id} ${name}`) };
    const loop = async (): Promise<void> => {
      while (!this.stopping) {
        await act(client);
        await delay(client.random.between(0.2, 1.8) * paceMs);
      }
    };
    this.running.push(loop());
  }

  private newCall(prefix: string): AskedCall {
    this.calls += 1;
    return { id: `call_${this.calls}`, name: `${prefix}_${this.calls % 7}`, arguments: { amount: this.calls, to: 'acct' } };
  }

  /** Calls that policies decide alone, several at once. */
  private async askPlainly({ loaded, name, random }: ClientTurn): Promise<void> {
    const calls = Array.from({ length: 1 + Math.floor(random.between(0, 4)) }, () => this.newCall(random.pick(['free', 'never', 'edit'])));
    await this.ask(loaded, name, { session: name, calls, waitS: 0 });
  }

  /** Calls that one limit counts together, more than it lets past. */
  private async askTooOften({ loaded, name, random }: ClientTurn): Promise<void> {
    const calls = Array.from({ length: 1 + Math.floor(random.between(0, 4)) }, () => this.newCall('hot'));
    await this.ask(loaded, name, { session: name, calls, waitS: 0 });
  }

  /** Calls that need a person: asked, asked again, waited for, asked by several at once, and now and then with other arguments. */
  private async askForApproval({ loaded, name, random }: ClientTurn, known: KnownCall[]): Promise<void> {
    const old = random.chance(0.5) ? random.pick(known) : undefined;
    const chosen = old ?? { session: name, call: this.newCall(random.pick(['pay', 'pay', 'pay', 'swap', 'loose', 'brief'])) };
    if (old === undefined) known.push(chosen);
    if (known.length > remembered) known.shift();
    const call = old !== undefined && random.chance(0.08) ? { ...chosen.call, arguments: { ...chosen.call.arguments, amount: -1 } } : chosen.call;
    const waitS = random.chance(0.3) ? Math.ceil(random.between(1, 4)) : 0;
    const together = random.chance(0.15) ? 3 : 1;
    await Promise.all(Array.from({ length: together }, () => this.ask(loaded, name, { session: chosen.session, calls: [call], waitS })));
  }

  private async decide({ loaded, name, random }: ClientTurn): Promise<void> {
    const page = await loaded.guard.approver.call('GET', `${loaded.guard.path}/approvals?status=pending&limit=20`, undefined, {}, AbortSignal.timeout(answerWithinMs)).catch(() => undefined);
    const pending = page?.status === 200 ? (page.body['data'] as readonly { id: string }[]) : [];
    const approval = random.pick(pending);
    if (approval === undefined) return;
    const choice = random.chance(0.7) ? 'approve' : 'reject';
    const [first, second] = loaded.approvers;
    const votes = [this.vote(loaded, name, { voter: first, approvalId: approval.id, choice })];
    if (random.chance(0.2)) votes.push(this.vote(loaded, name, { voter: second, approvalId: approval.id, choice: random.pick(['approve', 'reject']) }));
    const cast = await Promise.all(votes);
    if (cast.some(({ ending }) => ending === 'ok')) await this.read(loaded, name, approval.id);
  }

  vote({ guard }: LoadedGuard, client: string, { voter, approvalId, choice }: Readonly<{ voter: Client; approvalId: string; choice: Vote['choice'] }>): Promise<Omit<Vote, 'startedAt' | 'endedAt'>> {
    const known = { kind: 'vote' as const, client, guard: guard.id, approvalId, choice, voter: `key:${voter.key.split('_')[2] ?? ''}` };
    return this.history.record<Omit<Vote, 'startedAt' | 'endedAt'>>(
      async () => {
        const { status, body } = await voter.call('POST', `${guard.path}/approvals/${approvalId}/${choice}`, {}, {}, AbortSignal.timeout(answerWithinMs));
        return { ...known, ending: endingOf(status), status, ...(status === 200 ? {} : { code: String(body['code']) }) };
      },
      (error) => ({ ...known, ending: 'unknown', error }),
    );
  }

  private async read({ guard }: LoadedGuard, client: string, approvalId: string): Promise<void> {
    const known = { kind: 'read' as const, client, guard: guard.id, approvalId };
    await this.history.record<Omit<Read, 'startedAt' | 'endedAt'>>(
      async () => {
        const { status, body } = await guard.approver.call('GET', `${guard.path}/approvals/${approvalId}`, undefined, {}, AbortSignal.timeout(answerWithinMs));
        return { ...known, ending: endingOf(status), status, ...(status === 200 ? { approvalStatus: String(body['status']) } : {}) };
      },
      (error) => ({ ...known, ending: 'unknown', error }),
    );
  }

  private async edit({ loaded: { guard, edited }, name, random }: ClientTurn): Promise<void> {
    const chosen = random.pick(edited);
    if (chosen === undefined) return;
    await this.patch(guard, name, { policyId: chosen.policyId, patch: random.pick(chosen.flips), waitActive: random.chance(0.5) });
  }

  async patch(guard: TestGuard, client: string, { policyId, patch, waitActive }: Pick<Edit, 'policyId' | 'patch' | 'waitActive'>): Promise<Omit<Edit, 'startedAt' | 'endedAt'>> {
    const known = { kind: 'edit' as const, client, guard: guard.id, policyId, patch, waitActive };
    return this.history.record<Omit<Edit, 'startedAt' | 'endedAt'>>(
      async () => {
        const path = `${guard.path}/policies/${policyId}${waitActive ? '?wait=active' : ''}`;
        const { status, headers, body } = await guard.admin.call('PATCH', path, patch, {}, AbortSignal.timeout(answerWithinMs + 3_000));
        const version = headers.get('x-policy-version');
        return { ...known, ending: endingOf(status), status, ...(version === null ? { error: JSON.stringify(body) } : { version: Number(version) }) };
      },
      (error) => ({ ...known, ending: 'unknown', error }),
    );
  }
}

type ClientTurn = Readonly<{ loaded: LoadedGuard; name: string; random: Seeded }>;
