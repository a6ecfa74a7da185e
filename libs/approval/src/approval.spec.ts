import { describe, expect, it } from '@jest/globals';
import type { Actor, KeyActor, Role } from './actor.ts';
import type { Ask } from './answer-for.ts';
import { answerNamed, recordVerdict, supersede } from './answer-named.ts';
import { type Approval, type ApprovalEvent, type ApprovalStatus, approvalStatuses, evolve, park, type Park } from './approval.ts';
import type { Binding } from './binding.ts';
import { type Outcome, settleOverdue } from './outcome.ts';
import { markStale, release, reportOutcome } from './release.ts';
import { cancel, vote } from './vote.ts';

const minute = 60_000;
const parkedAt = 1_000_000;
const expiresAt = parkedAt + 10 * minute;
const votedAt = parkedAt + minute;
const lapsesAt = votedAt + 60 * minute;

const bob = key('key-bob', ['approver'], 'bob@example.com');
const carol = key('key-carol', ['approver'], 'carol@example.com');
const agent = key('key-agent', ['agent'], 'alice@example.com');
const admin = key('key-admin', ['admin'], 'root@example.com');

describe('parking', () => {
  it('makes a pending approval that knows its deadline, its requester and what it is bound to', () => {
    expect(parked()).toMatchObject({
      ...bound(),
      approvalId: 'apr-1',
      status: 'pending',
      policyVersion: 12,
      requester: { keyId: 'key-agent', ownerEmail: 'alice@example.com' },
      createdAt: parkedAt,
      expiresAt,
      votes: [],
    });
  });

  it('survives JSON', () => {
    const approved = after(vote(parked(), { by: bob, choice: 'approve', at: votedAt }), parked());
    const read = JSON.parse(JSON.stringify(approved)) as Approval;
    expect(read).toEqual(approved);
    expect(release(read, asked()).accepted).toBe(true);
  });

  it.each<[string, Partial<Park>]>([
    ['a quorum of nobody', { binding: { ...bound(), quorum: 0 } }],
    ['half a person', { binding: { ...bound(), quorum: 1.5 } }],
    ['no time at all', { timeoutMs: 0 }],
    ['a time that is no number', { timeoutMs: NaN }],
    ['no time to release', { releaseMs: 0 }],
  ])('cannot ask for %s', (_what, change) => {
    expect(() => parked(change)).toThrow(RangeError);
  });
});

describe('a vote', () => {
  it('approves, and opens the time to release it: 60 minutes unless set', () => {
    const outcome = vote(parked(), { by: bob, choice: 'approve', comment: 'fine', at: votedAt });
    expect(outcome.accepted).toBe(true);
    expect(after(outcome, parked())).toMatchObject({
      status: 'approved',
      approvedAt: votedAt,
      lapsesAt,
      settledAt: votedAt,
      settledBy: bob,
      comment: 'fine',
      votes: [{ by: bob, choice: 'approve', at: votedAt, comment: 'fine' }],
    });
    const quick = parked({ releaseMs: 5 * minute });
    expect(after(vote(quick, { by: bob, choice: 'approve', at: votedAt }), quick).lapsesAt).toBe(votedAt + 5 * minute);
  });

  it('rejects, with the comment, and says who it was', () => {
    const outcome = vote(parked(), { by: bob, choice: 'reject', comment: 'not this supplier', at: votedAt });
    expect(after(outcome, parked())).toMatchObject({ status: 'rejected', settledBy: bob, settledAt: votedAt, comment: 'not this supplier' });
  });

  describe('never counts from the requester', () => {
    it.each<[string, Actor]>([
      ['the key that asked', key('key-agent', ['agent', 'approver'])],
      ['the key that asked, whoever owns it now', key('key-agent', ['approver'], 'bob@example.com')],
      ['another key of its owner', key('key-2', ['approver'], 'alice@example.com')],
      ['another key of its owner, written otherwise', key('key-2', ['approver'], 'Alice@Example.COM')],
      ['an admin key of its owner', key('key-2', ['approver', 'admin'], 'alice@example.com')],
      ['the end user it was made for', key('key-3', ['approver'], 'Eve@example.com')],
    ])('%s', (_who, by) => {
      for (const choice of ['approve', 'reject'] as const) {
        expect(vote(parked(), { by, choice, at: votedAt })).toMatchObject({ accepted: false, refusal: 'own-request', events: [] });
      }
    });

    it('but a key without an owner is a person of its own', () => {
      const ownerless = parked({ ownerEmail: undefined });
      expect(vote(ownerless, { by: key('key-agent', ['approver']), choice: 'approve', at: votedAt })).toMatchObject({ refusal: 'own-request' });
      expect(vote(ownerless, { by: key('key-2', ['approver']), choice: 'approve', at: votedAt }).accepted).toBe(true);
    });
  });

  it.each<[string, readonly Role[]]>([
    ['no role', []],
    ['agent', ['agent']],
    ['admin and auditor', ['admin', 'auditor']],
  ])('needs the role approver: %s is not enough', (_what, roles) => {
    for (const choice of ['approve', 'reject'] as const) {
      expect(vote(parked(), { by: key('key-2', roles), choice, at: votedAt })).toMatchObject({ accepted: false, refusal: 'not-an-approver', events: [] });
    }
  });

  it('is refused when the voter saw other arguments', () => {
    expect(vote(parked(), { by: bob, choice: 'approve', argumentsHash: 'ff', at: votedAt })).toMatchObject({ refusal: 'arguments-mismatch', events: [] });
    expect(vote(parked(), { by: bob, choice: 'approve', argumentsHash: '', at: votedAt })).toMatchObject({ refusal: 'arguments-mismatch' });
    expect(vote(parked(), { by: bob, choice: 'approve', argumentsHash: 'a1', at: votedAt }).accepted).toBe(true);
  });

  it('counts until the millisecond before the deadline, and not from the deadline on', () => {
    expect(vote(parked(), { by: bob, choice: 'approve', at: expiresAt - 1 }).accepted).toBe(true);
    const late = vote(parked(), { by: bob, choice: 'approve', at: expiresAt });
    expect(late).toMatchObject({ accepted: false, refusal: 'expired', winner: { status: 'expired', at: expiresAt } });
    expect(after(late, parked())).toMatchObject({ status: 'expired', settledAt: expiresAt, votes: [] });
  });

  it.each(approvalStatuses.filter((status) => status !== 'pending'))('on a call that is %s is refused, and names the winner', (status) => {
    for (const choice of ['approve', 'reject'] as const) {
      const outcome = vote(row(status), { by: carol, choice, at: votedAt + minute });
      expect(outcome).toMatchObject({ accepted: false, refusal: 'already-settled', winner: { status }, events: [] });
    }
  });

  it('names the person who was first', () => {
    expect(vote(row('rejected'), { by: carol, choice: 'approve', at: votedAt + 1 })).toMatchObject({ winner: { status: 'rejected', by: bob, at: votedAt } });
    expect(vote(row('released'), { by: carol, choice: 'reject', at: votedAt + minute })).toMatchObject({ winner: { status: 'released', by: bob, at: votedAt } });
  });

  it('on an approval that nobody used in time settles it as lapsed', () => {
    const outcome = vote(row('approved'), { by: carol, choice: 'reject', at: lapsesAt });
    expect(outcome).toMatchObject({ refusal: 'already-settled', winner: { status: 'lapsed' } });
    expect(after(outcome, row('approved')).status).toBe('lapsed');
  });

  it('of a webhook channel that may not decide does not count', () => {
    expect(vote(parked(), { by: channel('ch-1', []), choice: 'approve', at: votedAt })).toMatchObject({ refusal: 'not-an-approver' });
  });

  describe('with a quorum of two', () => {
    const wide = parked({ binding: { ...bound(), quorum: 2 } });
    const once = after(vote(wide, { by: bob, choice: 'approve', at: votedAt }), wide);

    it('waits for the second person', () => {
      expect(once).toMatchObject({ status: 'pending', votes: [{ by: bob }] });
      expect(once.approvedAt).toBeUndefined();
      expect(after(vote(once, { by: carol, choice: 'approve', at: votedAt + 5 }), once)).toMatchObject({
        status: 'approved',
        approvedAt: votedAt + 5,
        settledBy: carol,
      });
    });

    it.each<[string, Actor]>([
      ['the same key', bob],
      ['the same key, now of another owner', key('key-bob', ['approver'], 'dan@example.com')],
      ['another key of the same person', key('key-2', ['approver'], 'bob@example.com')],
      ['another key of the same person, written otherwise', key('key-2', ['approver'], 'BOB@example.com')],
    ])('does not count %s twice', (_who, by) => {
      expect(vote(once, { by, choice: 'approve', at: votedAt + 5 })).toMatchObject({ accepted: false, refusal: 'already-voted', events: [] });
    });

    it('counts keys without an owner as a person each', () => {
      const first = after(vote(wide, { by: key('key-2', ['approver']), choice: 'approve', at: votedAt }), wide);
      expect(vote(first, { by: key('key-2', ['approver']), choice: 'approve', at: votedAt })).toMatchObject({ refusal: 'already-voted' });
      expect(after(vote(first, { by: key('key-3', ['approver']), choice: 'approve', at: votedAt }), first).status).toBe('approved');
    });

    it('counts a webhook channel as one person, whoever decides behind it', () => {
      const voted = after(vote(wide, { by: channel('ch-1'), choice: 'approve', at: votedAt }), wide);
      expect(vote(voted, { by: channel('ch-1'), choice: 'approve', at: votedAt })).toMatchObject({ refusal: 'already-voted' });
      expect(after(vote(voted, { by: channel('ch-2'), choice: 'approve', at: votedAt }), voted)).toMatchObject({ status: 'approved', settledBy: channel('ch-2') });
      expect(after(vote(voted, { by: bob, choice: 'approve', at: votedAt }), voted)).toMatchObject({ status: 'approved', settledBy: bob });
    });

    it.each([
      ['another person', carol],
      ['the person who approved before', bob],
    ])('one rejection ends it, by %s', (_who, by) => {
      expect(after(vote(once, { by, choice: 'reject', at: votedAt + 5 }), once)).toMatchObject({ status: 'rejected', settledBy: by });
    });
  });
});

describe('cancelling', () => {
  it.each(['pending', 'approved'] as const)('takes back a call that is %s: its agent, or an admin', (status) => {
    for (const by of [agent, admin]) {
      const outcome = cancel(row(status), { by, at: votedAt + 1 });
      expect(after(outcome, row(status))).toMatchObject({ status: 'cancelled', settledBy: by, settledAt: votedAt + 1 });
    }
  });

  it('keeps what was said with it', () => {
    expect(after(cancel(parked(), { by: agent, comment: 'not needed any more', at: votedAt }), parked())).toMatchObject({ status: 'cancelled', comment: 'not needed any more' });
  });

  it.each<[string, KeyActor]>([
    ['an approver', bob],
    ['another agent', key('key-2', ['agent'], 'mallory@example.com')],
    ['another key of its owner', key('key-2', ['agent'], 'alice@example.com')],
  ])('is not for %s', (_who, by) => {
    expect(cancel(parked(), { by, at: votedAt })).toMatchObject({ accepted: false, refusal: 'not-allowed-to-cancel', events: [] });
  });

  it.each(approvalStatuses.filter((status) => status !== 'pending' && status !== 'approved'))('comes too late for a call that is %s', (status) => {
    expect(cancel(row(status), { by: admin, at: votedAt + 1 })).toMatchObject({ accepted: false, refusal: 'already-settled', winner: { status }, events: [] });
  });

  it('comes too late for an overdue call, and settles it', () => {
    expect(cancel(parked(), { by: agent, at: expiresAt })).toMatchObject({ refusal: 'expired', events: [{ status: 'expired' }] });
    expect(cancel(row('approved'), { by: agent, at: lapsesAt })).toMatchObject({ refusal: 'already-settled', events: [{ status: 'lapsed' }] });
  });
});

describe('time', () => {
  it.each([
    ['pending', expiresAt - 1, []],
    ['pending', expiresAt, ['expired']],
    ['approved', expiresAt, []],
    ['approved', lapsesAt - 1, []],
    ['approved', lapsesAt, ['lapsed']],
    ...approvalStatuses.filter((status) => status !== 'pending' && status !== 'approved').map((status) => [status, lapsesAt * 2, []] as const),
  ] as const)('settles a call that is %s at %i: %j', (status, at, settled) => {
    expect(settleOverdue(row(status), at)).toEqual(settled.map((to) => ({ type: 'approval-settled', status: to, at })));
  });
});

describe('the release', () => {
  it('is one: it notes the request that got it, its decision, and how long it is replayed', () => {
    const outcome = release(row('approved'), asked({ replayMs: 5_000 }));
    expect(after(outcome, row('approved'))).toMatchObject({
      status: 'released',
      releasedAt: votedAt + 1,
      releaseId: 'request-1',
      releaseDecisionId: 'dec-1',
      replayUntil: votedAt + 1 + 5_000,
      settledBy: bob,
      settledAt: votedAt,
    });
    expect(after(release(row('approved'), asked()), row('approved')).replayUntil).toBe(votedAt + 1 + 60_000);
  });

  it.each<[ApprovalStatus, string]>([
    ['pending', 'not-approved'],
    ['rejected', 'already-settled'],
    ['expired', 'already-settled'],
    ['cancelled', 'already-settled'],
    ['lapsed', 'already-settled'],
    ['superseded', 'already-settled'],
    ['stale', 'already-settled'],
    ['released', 'already-released'],
  ])('of a call that is %s is refused: %s', (status, refusal) => {
    expect(release(row(status), asked())).toMatchObject({ accepted: false, refusal, events: [] });
  });

  it('of an overdue call is refused, and settles it', () => {
    expect(release(row('approved'), asked({ at: lapsesAt - 1 })).accepted).toBe(true);
    expect(release(row('approved'), asked({ at: lapsesAt }))).toMatchObject({ refusal: 'already-settled', events: [{ status: 'lapsed' }] });
    expect(release(parked(), asked({ at: expiresAt }))).toMatchObject({ refusal: 'expired', events: [{ status: 'expired' }] });
  });

  it('of an overdue call to another call is refused as such, and settles it all the same', () => {
    const other = { ...bound(), argumentsHash: 'ff' };
    expect(release(row('approved'), asked({ binding: other, at: lapsesAt }))).toMatchObject({ refusal: 'conflict', events: [{ status: 'lapsed' }] });
  });

  it.each<[string, Partial<Binding>, string]>([
    ['other arguments', { argumentsHash: 'ff' }, 'conflict'],
    ['another tool', { toolName: 'payment_delete' }, 'conflict'],
    ['another end user', { endUserId: 'mallory' }, 'conflict'],
    ['another agent', { agentId: 'rogue' }, 'conflict'],
    ['another session', { sessionId: 'session-2' }, 'conflict'],
    ['another key', { keyId: 'key-2' }, 'conflict'],
    ['another policy', { policyId: 'pol-2' }, 'stale'],
    ['another group', { groupId: 'legal' }, 'stale'],
    ['another quorum', { quorum: 2 }, 'stale'],
  ])('is not for %s', (_what, change, refusal) => {
    expect(release(row('approved'), asked({ binding: { ...bound(), ...change } }))).toMatchObject({ accepted: false, refusal, events: [] });
  });

  it('is not made by an evaluator that holds an older policy set than the row', () => {
    expect(release(row('approved'), asked({ policyVersion: 11 }))).toMatchObject({ accepted: false, refusal: 'outdated-policies', events: [] });
    expect(release(row('approved'), asked({ policyVersion: 13 })).accepted).toBe(true);
  });

  it('is replayed no more once an outcome is reported, by its own agent', () => {
    const released = row('released');
    const reported = after(reportOutcome(released, { by: agent, at: votedAt + 9 }), released);
    expect(reported).toMatchObject({ status: 'released', outcomeReportedAt: votedAt + 9 });
    expect(reportOutcome(reported, { by: agent, at: votedAt + 10 })).toEqual({ accepted: true, events: [] });
    expect(reportOutcome(released, { by: admin, at: votedAt + 9 })).toMatchObject({ refusal: 'not-the-requester', events: [] });
    expect(reportOutcome(row('approved'), { by: agent, at: votedAt + 9 })).toMatchObject({ refusal: 'not-released', events: [] });
  });
});

describe('a changed policy', () => {
  const changed = { binding: { ...bound(), policyId: 'pol-2' }, replacedBy: 'apr-2' };

  it.each(['pending', 'approved'] as const)('makes a call that is %s stale, linked to the one parked anew', (status) => {
    for (const policyVersion of [12, 13]) {
      const outcome = markStale(row(status), { ...asked({ policyVersion }), ...changed });
      expect(after(outcome, row(status))).toMatchObject({ status: 'stale', replacedBy: 'apr-2', settledBy: undefined });
    }
    expect(parked({ approvalId: 'apr-2', replaces: 'apr-1' })).toMatchObject({ status: 'pending', replaces: 'apr-1' });
  });

  it('is no news from an evaluator that holds an older policy set', () => {
    for (const status of ['pending', 'approved'] as const) {
      expect(markStale(row(status), { ...asked({ policyVersion: 11 }), ...changed })).toMatchObject({ refusal: 'outdated-policies', events: [] });
    }
  });

  it('makes nothing stale that is over, another call, or bound as before', () => {
    expect(markStale(row('rejected'), { ...asked(), ...changed })).toMatchObject({ refusal: 'already-settled', events: [] });
    expect(markStale(row('released'), { ...asked(), ...changed })).toMatchObject({ refusal: 'already-released', events: [] });
    expect(markStale(row('approved'), { ...asked(), ...changed, binding: { ...changed.binding, argumentsHash: 'ff' } })).toMatchObject({ refusal: 'conflict' });
    expect(markStale(row('approved'), { ...asked(), replacedBy: 'apr-2' })).toMatchObject({ refusal: 'not-stale', events: [] });
    expect(markStale(row('pending'), { ...asked({ at: expiresAt }), ...changed })).toMatchObject({ refusal: 'expired', events: [{ status: 'expired' }] });
  });
});

describe('a re-ask that names the approval and is judged otherwise', () => {
  const named = { identity: bound(), policyVersion: 12, decisionId: 'dec-2', at: votedAt + 1 };

  it.each([
    ['pending', 'allow'],
    ['pending', 'warn'],
    ['pending', 'sanitize'],
    ['approved', 'allow'],
    ['approved', 'warn'],
    ['approved', 'sanitize'],
  ] as const)('%s, judged %s: superseded', (status, verdict) => {
    for (const policyVersion of [12, 13]) {
      const answer = answerNamed(row(status), { ...named, verdict, policyId: 'policy-2', policyVersion });
      expect(answer.kind).toBe('superseded');
      expect(answer.events.reduce(evolve, row(status))).toMatchObject({
        status: 'superseded',
        lastVerdict: { verdict, policyId: 'policy-2', policyVersion, decisionId: 'dec-2', at: votedAt + 1 },
      });
    }
  });

  it.each(['pending', 'approved'] as const)('%s, judged block: the row stays, and its last verdict says so', (status) => {
    const answer = answerNamed(row(status), { ...named, verdict: 'block' });
    expect(answer.kind).toBe('noted');
    expect(answer.events.reduce(evolve, row(status))).toEqual({
      ...row(status),
      lastVerdict: { verdict: 'block', policyVersion: 12, decisionId: 'dec-2', at: votedAt + 1 },
    });
  });

  it.each(['pending', 'approved'] as const)('%s, let go by an older policy set than the one that parked it: it goes on waiting', (status) => {
    for (const verdict of ['allow', 'warn', 'sanitize'] as const) {
      expect(answerNamed(row(status), { ...named, verdict, policyVersion: 11 })).toEqual({ kind: 'wait', events: [] });
    }
    expect(answerNamed(row(status), { ...named, verdict: 'block', policyVersion: 11 }).kind).toBe('noted');
  });

  it.each(approvalStatuses.filter((status) => status !== 'pending' && status !== 'approved'))('%s: nothing happens', (status) => {
    for (const verdict of ['allow', 'warn', 'sanitize', 'block'] as const) {
      expect(answerNamed(row(status), { ...named, verdict })).toEqual({ kind: 'ignored', events: [] });
    }
  });

  it('overdue: it is settled, and nothing else happens', () => {
    expect(answerNamed(parked(), { ...named, verdict: 'allow', at: expiresAt })).toMatchObject({ kind: 'ignored', events: [{ status: 'expired' }] });
    expect(answerNamed(row('approved'), { ...named, verdict: 'block', at: lapsesAt })).toMatchObject({ kind: 'ignored', events: [{ status: 'lapsed' }] });
  });

  it.each<[string, Partial<Binding>]>([
    ['guard', { guardId: 'other' }],
    ['session', { sessionId: 'session-2' }],
    ['call id', { callId: 'call-2' }],
    ['key', { keyId: 'key-2' }],
    ['tool', { toolName: 'payment_delete' }],
    ['arguments', { argumentsHash: 'ff' }],
    ['end user', { endUserId: 'mallory' }],
    ['agent', { agentId: 'rogue' }],
  ])('another %s: the name is ignored', (_what, change) => {
    for (const verdict of ['allow', 'warn', 'sanitize', 'block'] as const) {
      expect(answerNamed(row('approved'), { ...named, verdict, identity: { ...bound(), ...change } })).toEqual({ kind: 'ignored', events: [] });
    }
  });

  it('an approval that does not exist is ignored', () => {
    expect(answerNamed(null, { ...named, verdict: 'allow' })).toEqual({ kind: 'ignored', events: [] });
  });

  it('what is over is neither superseded nor noted', () => {
    for (const act of [supersede, recordVerdict]) {
      expect(act(row('rejected'), { verdict: 'allow', policyVersion: 13, at: votedAt + 1 })).toMatchObject({ refusal: 'already-settled', events: [] });
      expect(act(parked(), { verdict: 'allow', policyVersion: 13, at: expiresAt })).toMatchObject({ refusal: 'expired', events: [{ status: 'expired' }] });
    }
  });
});

describe('the state', () => {
  it('moves along the lines of the design only', () => {
    const lines = approvalStatuses.flatMap((from) =>
      approvalStatuses.filter((to) => to !== 'pending' && moves(from, to)).map((to) => `${from} -> ${to}`),
    );
    expect(lines).toEqual([
      'pending -> approved',
      'pending -> rejected',
      'pending -> expired',
      'pending -> cancelled',
      'pending -> superseded',
      'pending -> stale',
      'approved -> cancelled',
      'approved -> superseded',
      'approved -> stale',
      'approved -> released',
      'approved -> lapsed',
    ]);
  });

  it('is parked first, and once', () => {
    expect(() => evolve(null, { type: 'approval-outcome-reported', at: 1 })).toThrow('before the call was parked');
    expect(() => evolve(parked(), parking())).toThrow('parked already');
  });

  it('keeps who approved when it ends otherwise', () => {
    const cancelled = after(cancel(row('approved'), { by: agent, at: votedAt + 1 }), row('approved'));
    expect(cancelled).toMatchObject({ approvedAt: votedAt, votes: [{ by: bob }], settledBy: agent, comment: undefined });
  });
});

function moves(from: ApprovalStatus, to: Exclude<ApprovalStatus, 'pending'>): boolean {
  const last = eventsTo(to).at(-1)!;
  try {
    return evolve(row(from), last).status === to;
  } catch (error) {
    expect((error as Error).message).toContain(`cannot go from ${from} to ${to}`);
    return false;
  }
}

function after(outcome: Outcome, approval: Approval): Approval {
  return outcome.events.reduce(evolve, approval);
}

function row(status: ApprovalStatus): Approval {
  return eventsTo(status).reduce(evolve, parked());
}

function eventsTo(status: ApprovalStatus): readonly ApprovalEvent[] {
  const settled = { type: 'approval-settled', at: votedAt } as const;
  const voted: ApprovalEvent = { type: 'approval-voted', vote: { by: bob, choice: 'approve', at: votedAt }, at: votedAt };
  const approved: ApprovalEvent[] = [voted, { ...settled, status: 'approved', by: bob, comment: 'fine', lapsesAt }];
  switch (status) {
    case 'pending':
      return [];
    case 'approved':
      return approved;
    case 'rejected':
    case 'cancelled':
      return [{ ...settled, status, by: bob }];
    case 'expired':
      return [{ ...settled, status }];
    case 'lapsed':
      return [...approved, { ...settled, status }];
    case 'superseded':
      return [{ ...settled, status, lastVerdict: { verdict: 'allow', policyVersion: 13, at: votedAt } }];
    case 'stale':
      return [{ ...settled, status, replacedBy: 'apr-2' }];
    case 'released': {
      const at = votedAt + 1;
      return [...approved, { type: 'approval-released', releaseId: 'request-0', releaseDecisionId: 'dec-0', at, replayUntil: at + minute }];
    }
  }
}

function parked(change: Partial<Park> = {}): Approval {
  return evolve(null, parking(change));
}

function parking(change: Partial<Park> = {}): ApprovalEvent {
  return park({
    approvalId: 'apr-1',
    binding: bound(),
    policyVersion: 12,
    ownerEmail: 'alice@example.com',
    at: parkedAt,
    timeoutMs: 10 * minute,
    ...change,
  });
}

function asked(change: Partial<Ask & { replayMs: number }> = {}): Ask & { decisionId: string; replayMs?: number | undefined } {
  return { binding: bound(), policyVersion: 12, requestId: 'request-1', decisionId: 'dec-1', at: votedAt + 1, ...change };
}

function key(keyId: string, roles: readonly Role[], ownerEmail?: string): KeyActor {
  return { kind: 'key', keyId, ownerEmail, roles };
}

function channel(channelId: string, roles: readonly Role[] = ['approver']): Actor {
  return { kind: 'webhook', channelId, roles };
}

function bound(): Binding {
  return {
    guardId: 'default',
    sessionId: 'session-1',
    callId: 'call-1',
    toolName: 'payment_create',
    keyId: 'key-agent',
    endUserId: 'eve@example.com',
    agentId: 'billing-bot',
    argumentsHash: 'a1',
    policyId: 'pol-1',
    quorum: 1,
  };
}
