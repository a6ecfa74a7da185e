import {
  ClaimApprovals,
  guardDefaults,
  RenewLease,
  ReportVerdicts,
  ReturnLease,
  RevisionChanged,
  type ApprovalClaim,
  type ClaimAnswer,
  type NamedVerdict,
  type PolicySet,
  type RequestContract,
  type ServiceName,
} from '@holdpoint/contracts';
import type { Messaging } from '@holdpoint/messaging';
import type { ReportAnswer } from '../decisions/results.ts';

export type Connect = (name: ServiceName) => Promise<Messaging>;

export const policies = (['block delete_*', 'require_approval payment_*', 'warn odd_*'] as const).map((rule, place): PolicySet['policies'][number] => {
  const [action, tool_pattern] = rule.split(' ') as [PolicySet['policies'][number]['action'], string];
  return { id: `pol_0000000000000000000000000${place}`, name: rule, tool_pattern, action, priority: 0, is_active: true, created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z' };
});

export function policySet(given: Partial<PolicySet> = {}): PolicySet {
  return { guard_id: 'default', version: 1, hash: 'hash_1', deleted: false, policies, ...guardDefaults, ...given };
}

/** What one fake service holds a connection for. */
abstract class Fake {
  tookMs = 0;
  private messaging: Messaging | undefined;
  private waits: Promise<void> = Promise.resolve();

  constructor(
    private readonly name: ServiceName,
    private readonly connect: Connect,
  ) {}

  /** Nothing is answered until the result is called. */
  hold(): () => void {
    let release = (): void => undefined;
    this.waits = new Promise((resolve) => (release = resolve));
    return release;
  }

  async leave(): Promise<void> {
    await this.messaging?.close();
    this.messaging = undefined;
  }

  get connection(): Messaging {
    if (!this.messaging) throw new Error(`${this.name} has left`);
    return this.messaging;
  }

  protected async answer(handlers: readonly (readonly [RequestContract, (body: never) => object])[]): Promise<void> {
    const messaging = (this.messaging = await this.connect(this.name));
    for (const [contract, handle] of handlers) {
      await messaging.answer(contract.subject, contract.server, (request) => {
        const reply = JSON.stringify(handle(request.json()));
        const send = (): void => {
          if (messaging.connected) request.respond(reply);
        };
        if (this.tookMs > 0) setTimeout(send, this.tookMs);
        else void this.waits.then(send);
      });
    }
  }
}

export class FakePolicyAdmin extends Fake {
  readonly returned: string[] = [];
  confirmed = 0;
  onRenewed: () => void = () => undefined;
  private readonly sets: PolicySet[] = [];

  constructor(connect: Connect) {
    super('policy-admin', connect);
  }

  serve(): Promise<void> {
    return this.answer([
      [
        RenewLease,
        ({ applied }: { applied: number }) => {
          this.confirmed = applied;
          this.onRenewed();
          return { revision: this.sets.length, more: false, sets: this.sets.slice(applied) };
        },
      ],
      [
        ReturnLease,
        ({ evaluator_id }: { evaluator_id: string }) => {
          this.returned.push(evaluator_id);
          return {};
        },
      ],
    ]);
  }

  /** Returns the revision that it makes. */
  publish(set: PolicySet): number {
    return this.sets.push(set);
  }

  tell(revision: number): void {
    this.connection.broadcast(RevisionChanged, { revision });
  }
}

export class FakeApprovals extends Fake {
  readonly claims: ApprovalClaim[] = [];
  readonly verdicts: NamedVerdict[] = [];
  messages = 0;
  claim: (claim: ApprovalClaim) => ClaimAnswer = () => ({ state: 'pending', approval_id: 'apr_1' });
  report: (verdict: NamedVerdict) => ReportAnswer = () => 'superseded';

  constructor(connect: Connect) {
    super('approval-workflow', connect);
  }

  serve(): Promise<void> {
    return this.answer([
      [
        ClaimApprovals,
        ({ claims }: { claims: ApprovalClaim[] }) => {
          this.messages += 1;
          this.claims.push(...claims);
          return { answers: claims.map(this.claim) };
        },
      ],
      [
        ReportVerdicts,
        ({ verdicts }: { verdicts: NamedVerdict[] }) => {
          this.verdicts.push(...verdicts);
          return { answers: verdicts.map(this.report) };
        },
      ],
    ]);
  }
}
