import { DryRunToolCall } from '@holdpoint/contracts';
import { Messaging, type RequestContext } from '@holdpoint/messaging';
import { compilePolicySet } from '@holdpoint/policy';
import { monotonicMs } from '@holdpoint/runtime';
import { Controller } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import { isTooOld } from '../decisions/judge.ts';
import { Lease } from '../policies/lease.ts';
import { PolicySets, type HeldSet } from '../policies/policy-sets.ts';
import { readDrafts } from './drafts.ts';
import { dryRun, type AskedDryRun } from './dry-run.ts';

type Part = z.input<typeof DryRunToolCall.reply>;

/** After a dry run that took long, calls that wait have as long a turn, up to the second. */
const longMs = 20;
const longestRestMs = 500;

@Controller()
export class DryRunsController {
  private rested: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly sets: PolicySets,
    private readonly lease: Lease,
    private readonly messaging: Messaging,
  ) {}

  /** One at a time, and none past its deadline: real calls come first. */
  @MessagePattern(DryRunToolCall.subject, { bulkhead: 'dry runs', concurrency: 1 })
  async *answer(@Payload() asked: AskedDryRun, @Ctx() context: RequestContext): AsyncGenerator<Part> {
    await this.rested;
    if (context.deadline.remainingMs() <= 0) return;
    const startedAt = monotonicMs();
    try {
      const parts = await this.partsFor(asked);
      yield* parts;
    } finally {
      this.rested = restAfter(monotonicMs() - startedAt);
    }
  }

  private async partsFor(asked: AskedDryRun): Promise<readonly Part[]> {
    // As for calls that are asked about: a guard may be younger than the last renewal, and held policies are called stale only after a look.
    if (this.lease.mustBeAskedFor || this.sets.get(asked.guard_id) === undefined) await this.lease.renew();
    const held = this.sets.get(asked.guard_id);
    if (!held) return [{ not_judged: 'no_policy_set' }];
    const freshness = this.lease.freshness();
    const at = asked.at ?? Date.now();
    if (asked.drafts === undefined) {
      if (isTooOld(held, freshness)) return [{ not_judged: 'lease_lapsed' }];
      return this.inParts(dryRun(asked, { held, areDrafts: false, stale: !freshness.fresh, at }));
    }
    const read = await readDrafts(asked.drafts, { now: Date.now(), cpuMs, turnForOthers });
    if ('refused' in read) return [read];
    const drafted: HeldSet = { ...held, compiled: compilePolicySet({ ...held.source, policies: read.policies }) };
    return this.inParts(dryRun(asked, { held: drafted, areDrafts: true, stale: false, at }));
  }

  /** Lines of thousands of policies are more than one message may hold. */
  private inParts({ answer, lines }: ReturnType<typeof dryRun>): readonly Part[] {
    const room = this.messaging.maxPayload / 4;
    const parts: Part[] = [{ answer }];
    let bytes = Number.POSITIVE_INFINITY;
    let part: NonNullable<Part['lines']> = [];
    for (const line of lines) {
      const size = Buffer.byteLength(JSON.stringify(line)) + 1;
      if (bytes + size > room) {
        part = [];
        parts.push({ lines: part });
        bytes = 0;
      }
      part.push(line);
      bytes += size;
    }
    return parts;
  }
}

const turnForOthers = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const restAfter = (tookMs: number): Promise<void> => (tookMs > longMs ? new Promise((resolve) => setTimeout(resolve, Math.min(tookMs, longestRestMs))) : turnForOthers());

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
