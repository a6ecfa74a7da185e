import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Actor, KeyActor } from './actor.ts';
import { type Answer, answerFor, type Ask } from './answer-for.ts';
import { answerNamed } from './answer-named.ts';
import { type Approval, type ApprovalEvent, type ApprovalStatus, evolve, park } from './approval.ts';
import type { Binding } from './binding.ts';
import { settleOverdue } from './outcome.ts';
import { markStale, release, reportOutcome } from './release.ts';
import { cancel, vote } from './vote.ts';

/** Anything anybody may try at a parked call, some time after the try before. */
type Attempt = Readonly<{ wait: number }> &
  (
    | Readonly<{ try: 'vote'; by: Actor; choice: 'approve' | 'reject'; argumentsHash: string | undefined }>
    | Readonly<{ try: 'cancel' | 'report'; by: KeyActor }>
    | Readonly<{ try: 'ask' | 'release' | 'mark-stale'; requestId: string; change: Partial<Binding>; policyVersion: number }>
    | Readonly<{ try: 'name'; verdict: 'allow' | 'warn' | 'sanitize' | 'block'; change: Partial<Binding>; policyVersion: number }>
    | Readonly<{ try: 'sweep' }>
  );
type Step = Readonly<{ attempt: Attempt; at: number; before: Approval; after: Approval; events: readonly ApprovalEvent[]; answer: Answer | null }>;

const minute = 60_000;
const timeoutMs = 10 * minute;
const releaseMs = 60 * minute;
const replayMs = minute;

/** Two keys of Bob, who may approve; the requester's own keys, that may not; and strangers. */
const people: Readonly<Record<string, string>> = { 'key-bob': 'bob', 'key-bob-2': 'bob', 'key-carol': 'carol', 'key-nobody': 'key-nobody', 'ch-1': 'ch-1', 'ch-2': 'ch-2' };
const keys: readonly KeyActor[] = [
  { kind: 'key', keyId: 'key-bob', ownerEmail: 'bob@example.com', roles: ['approver'] },
  { kind: 'key', keyId: 'key-bob-2', ownerEmail: 'Bob@Example.com', roles: ['approver', 'auditor'] },
  { kind: 'key', keyId: 'key-carol', ownerEmail: 'carol@example.com', roles: ['approver', 'admin'] },
  { kind: 'key', keyId: 'key-nobody', roles: ['approver'] },
  { kind: 'key', keyId: 'key-agent', ownerEmail: 'alice@example.com', roles: ['agent', 'approver', 'admin'] },
  { kind: 'key', keyId: 'key-alice', ownerEmail: 'ALICE@example.com', roles: ['approver'] },
  { kind: 'key', keyId: 'key-admin', ownerEmail: 'root@example.com', roles: ['admin'] },
];
/** Channels of the guard: two that may decide, and one that may not. */
const actors: readonly Actor[] = [...keys, { kind: 'webhook', channelId: 'ch-1', roles: ['approver'] }, { kind: 'webhook', channelId: 'ch-2', roles: ['approver'] }, { kind: 'webhook', channelId: 'ch-3', roles: [] }];

const final: readonly ApprovalStatus[] = ['rejected', 'expired', 'cancelled', 'superseded', 'stale', 'released', 'lapsed'];

describe('whatever is tried at one parked call, in whatever order and at whatever time', () => {
  it('a final status stays', () => {
    always(({ steps }) => {
      for (const { before, after } of steps) if (final.includes(before.status)) expect(after.status).toBe(before.status);
    });
  });

  it('it is released at most once, and only after enough people approved in time', () => {
    always(({ steps, quorum }) => {
      const releases = steps.filter(({ events }) => events.some(({ type }) => type === 'approval-released'));
      expect(releases.length).toBeLessThanOrEqual(1);
      for (const { before, at } of releases) {
        expect(before.status).toBe('approved');
        const approvers = new Set(before.votes.map(({ by }) => people[nameOf(by)]));
        expect(approvers.size).toBeGreaterThanOrEqual(quorum);
        expect(before.votes.every((cast) => cast.choice === 'approve' && cast.at < before.expiresAt)).toBe(true);
        expect(at).toBeLessThan(before.approvedAt! + releaseMs);
      }
    });
  });

  it('the release goes to the very same binding, judged by no older policy set', () => {
    always(({ steps }) => {
      for (const { attempt, events } of steps) {
        if (!events.some(({ type }) => type === 'approval-released')) continue;
        expect(attempt).toMatchObject({ try: 'release', change: {} });
        if (attempt.try !== 'release') continue;
        expect(Object.keys(attempt.change)).toEqual([]);
        expect(attempt.policyVersion).toBeGreaterThanOrEqual(12);
      }
    });
  });

  it('the requester, and whoever is no approver, never counts', () => {
    always(({ steps }) => {
      for (const { by } of steps.at(-1)?.after.votes ?? []) expect(Object.keys(people)).toContain(nameOf(by));
    });
  });

  it('no person is counted twice, and it is approved exactly when the quorum is reached', () => {
    always(({ steps, quorum }) => {
      for (const { after } of steps) {
        const approvals = after.votes.filter(({ choice }) => choice === 'approve');
        expect(new Set(approvals.map(({ by }) => people[nameOf(by)])).size).toBe(approvals.length);
        expect(approvals.length).toBeLessThanOrEqual(quorum);
        expect(after.approvedAt !== undefined).toBe(approvals.length === quorum);
      }
    });
  });

  it('one rejection ends it', () => {
    always(({ steps }) => {
      for (const { after } of steps) {
        expect(after.votes.some(({ choice }) => choice === 'reject')).toBe(after.status === 'rejected');
      }
    });
  });

  it('what expired was never approved, and nothing moves from pending to approved past its deadline', () => {
    always(({ steps }) => {
      for (const { before, after, at } of steps) {
        if (after.status === 'expired') expect(after.approvedAt).toBeUndefined();
        if (before.status === 'pending' && after.status === 'approved') expect(at).toBeLessThan(before.expiresAt);
      }
    });
  });

  it('`replayed: false` goes to one request only, and every replay ends', () => {
    always(({ steps }) => {
      const first = new Set<string>();
      for (const { attempt, at, before, events, answer } of steps) {
        if (attempt.try !== 'ask' && attempt.try !== 'release') continue;
        if (events.some(({ type }) => type === 'approval-released') || answer?.kind === 'released-by-you') first.add(attempt.requestId);
        if (answer?.kind === 'replay') {
          expect(before.releaseId).not.toBe(attempt.requestId);
          expect(at).toBeLessThan(before.releasedAt! + replayMs);
        }
        if (answer?.kind === 'replay' || answer?.kind === 'released-by-you') {
          expect(Object.keys(attempt.change)).toEqual([]);
          expect(before.status).toBe('released');
          expect(before.outcomeReportedAt).toBeUndefined();
        }
      }
      expect(first.size).toBeLessThanOrEqual(1);
    });
  });

  it('an older policy set than the row releases nothing, makes nothing stale and supersedes nothing', () => {
    always(({ steps }) => {
      for (const { attempt, before, after, answer } of steps) {
        if (!('policyVersion' in attempt) || attempt.policyVersion >= 12) continue;
        expect([before.status, 'expired', 'lapsed']).toContain(after.status);
        expect(['re-park', 'release']).not.toContain(answer?.kind);
      }
    });
  });

  it('a refusal changes nothing but what time has settled', () => {
    always(({ steps }) => {
      for (const { before, after, events } of steps) {
        if (events.length === 0) expect(after).toEqual(before);
        if (after.status === 'expired' && before.status !== 'expired') expect(events).toHaveLength(1);
      }
    });
  });

  it('all of this is reached: the tries get somewhere', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(story(), (told) => {
        for (const { after, answer } of told.steps) seen.add(after.status).add(answer?.kind ?? 'no answer');
      }),
      { numRuns: 2_000, seed: 1 },
    );
    const answers = ['pending', 'wait', 're-park', 'release', 'released-by-you', 'replay', 'already-released', 'refused', 'conflict', 'park'];
    expect([...seen]).toEqual(expect.arrayContaining([...final, 'pending', 'approved', ...answers]));
  });
});

function nameOf(actor: Actor): string {
  return actor.kind === 'key' ? actor.keyId : actor.channelId;
}

type Story = Readonly<{ quorum: number; steps: readonly Step[] }>;

function always(holds: (told: Story) => void): void {
  fc.assert(fc.property(story(), holds), { numRuns: 300 });
}

function story(): fc.Arbitrary<Story> {
  return fc.record({ quorum: fc.integer({ min: 1, max: 3 }), attempts: fc.array(attempt(), { maxLength: 14 }) }).map(({ quorum, attempts }) => {
    const asked = { binding: bound(quorum), policyVersion: 12, ownerEmail: 'alice@example.com' };
    let approval = evolve(null, park({ approvalId: 'apr-1', ...asked, at: 0, timeoutMs, releaseMs }));
    let at = 0;
    const steps = attempts.map((tried): Step => {
      at += tried.wait;
      const before = approval;
      const { events, answer } = carryOut(tried, before, at, quorum);
      approval = events.reduce<Approval>(evolve, before);
      return { attempt: tried, at, before, after: approval, events, answer };
    });
    return { quorum, steps };
  });
}

function carryOut(tried: Attempt, approval: Approval, at: number, quorum: number): Pick<Step, 'events' | 'answer'> {
  switch (tried.try) {
    case 'vote':
      return { events: vote(approval, { ...tried, at }).events, answer: null };
    case 'cancel':
      return { events: cancel(approval, { ...tried, at }).events, answer: null };
    case 'report':
      return { events: reportOutcome(approval, { ...tried, at }).events, answer: null };
    case 'sweep':
      return { events: settleOverdue(approval, at), answer: null };
    case 'name': {
      const { verdict, policyVersion, change } = tried;
      return { events: answerNamed(approval, { identity: { ...bound(quorum), ...change }, verdict, policyVersion, at }).events, answer: null };
    }
    case 'ask':
    case 'release':
    case 'mark-stale': {
      const ask: Ask = { binding: { ...bound(quorum), ...tried.change }, policyVersion: tried.policyVersion, requestId: tried.requestId, at };
      const answer = answerFor(approval, ask);
      if (tried.try === 'ask') return { events: [], answer };
      const outcome = tried.try === 'release' ? release(approval, { ...ask, decisionId: 'dec-1', replayMs }) : markStale(approval, { ...ask, replacedBy: 'apr-2' });
      return { events: outcome.events, answer };
    }
  }
}

function attempt(): fc.Arbitrary<Attempt> {
  const wait = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(0, 1, 1_000) },
    { weight: 1, arbitrary: fc.constantFrom(timeoutMs - 1, timeoutMs, releaseMs - 1, releaseMs, replayMs - 1, replayMs) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 * releaseMs }) },
  );
  const by = fc.constantFrom(...actors);
  const policyVersion = fc.constantFrom(11, 12, 12, 13);
  const requestId = fc.constantFrom('request-1', 'request-2', 'request-3');
  const change = fc.oneof(
    { weight: 4, arbitrary: fc.constant({}) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Partial<Binding>>(
        ...[{ argumentsHash: 'ff' }, { toolName: 'payment_delete' }, { toolType: 'mcp' }, { endUserId: 'mallory' }, { agentId: 'rogue' }],
        ...[{ keyId: 'key-2' }, { policyId: 'pol-2' }, { groupId: 'legal' }, { quorum: 9 }, { sessionId: 'session-2' }, { guardId: 'other' }],
      ),
    },
  );
  return fc.oneof(
    { weight: 5, arbitrary: fc.record({ wait, try: fc.constant('vote' as const), by, choice: fc.constantFrom('approve', 'approve', 'approve', 'reject'), argumentsHash: fc.constantFrom(undefined, undefined, 'a1', 'ff') }) },
    { weight: 1, arbitrary: fc.record({ wait, try: fc.constantFrom('cancel', 'report', 'report'), by: fc.constantFrom(...keys) }) },
    { weight: 6, arbitrary: fc.record({ wait, try: fc.constantFrom('ask', 'release', 'release', 'mark-stale'), requestId, change, policyVersion }) },
    { weight: 1, arbitrary: fc.record({ wait, try: fc.constant('name' as const), verdict: fc.constantFrom('allow', 'warn', 'sanitize', 'block'), change, policyVersion }) },
    { weight: 1, arbitrary: fc.record({ wait, try: fc.constant('sweep' as const) }) },
  );
}

function bound(quorum: number): Binding {
  return {
    guardId: 'default',
    sessionId: 'session-1',
    callId: 'call-1',
    toolName: 'payment_create',
    keyId: 'key-agent',
    endUserId: 'eve',
    agentId: 'billing-bot',
    argumentsHash: 'a1',
    policyId: 'pol-1',
    quorum,
  };
}
