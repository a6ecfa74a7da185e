import { describe, expect, it } from '@jest/globals';
import type { Actor } from './actor.ts';
import { type Answer, answerFor, type Ask } from './answer-for.ts';
import { type Approval, type ApprovalEvent, type ApprovalStatus, evolve, park } from './approval.ts';
import type { Binding } from './binding.ts';

type Kind = Answer['kind'];

/** Now, in every question below. The row was parked by policy set 12. */
const now = 1_000_000;

const rows = {
  'pending': row('pending'),
  'pending, its last millisecond': row('pending', { expiresAt: now + 1 }),
  'pending, overdue by nothing': row('pending', { expiresAt: now }),
  'pending, overdue': row('pending', { expiresAt: now - 1 }),
  'approved': row('approved'),
  'approved, its last millisecond': row('approved', { lapsesAt: now + 1 }),
  'approved, overdue by nothing': row('approved', { lapsesAt: now }),
  'approved, overdue': row('approved', { lapsesAt: now - 1 }),
  'approved after its pending time ended': row('approved', { expiresAt: now - 1 }),
  'rejected': row('rejected'),
  'expired': row('expired'),
  'cancelled': row('cancelled'),
  'lapsed': row('lapsed'),
  'superseded': row('superseded'),
  'stale': row('stale'),
  'released': row('released'),
  'released, the last millisecond of its replay': row('released', { replayUntil: now + 1 }),
  'released, its replay just over': row('released', { replayUntil: now }),
  'released, its replay over': row('released', { replayUntil: now - 1 }),
  'released, its outcome reported': row('released', { outcomeReportedAt: now - 1 }),
  'released to this request': row('released', { releaseId: 'request-1' }),
  'released to this request, no replay': row('released', { releaseId: 'request-1', replayUntil: now - 500 }),
  'released to this request, its outcome reported': row('released', { releaseId: 'request-1', outcomeReportedAt: now - 1 }),
} as const;

describe('the answer to a call that needs approval', () => {
  it('parks a call that was never parked', () => {
    expect(answerFor(null, asked())).toEqual({ kind: 'park' });
  });

  // prettier-ignore
  const table: readonly (readonly [keyof typeof rows, ...Kind[]])[] = [
    // the row, today                                  | same binding, by a policy set that is   | another policy decides today, by one that is       | another            | another
    //                                                 | older       equal         newer         | older               equal               newer      | call                 key
    ['pending',                                          'pending',  'pending',    'pending',       'wait',             're-park',          're-park',   'conflict',          'conflict'],
    ['pending, its last millisecond',                    'pending',  'pending',    'pending',       'wait',             're-park',          're-park',   'conflict',          'conflict'],
    ['pending, overdue by nothing',                      'refused',  'refused',    'refused',       'refused',          'refused',          'refused',   'conflict',          'conflict'],
    ['pending, overdue',                                 'refused',  'refused',    'refused',       'refused',          'refused',          'refused',   'conflict',          'conflict'],
    ['approved',                                         'wait',     'release',    'release',       'wait',             're-park',          're-park',   'conflict',          'conflict'],
    ['approved, its last millisecond',                   'wait',     'release',    'release',       'wait',             're-park',          're-park',   'conflict',          'conflict'],
    ['approved, overdue by nothing',                     'refused',  'refused',    'refused',       'refused',          'refused',          'refused',   'conflict',          'conflict'],
    ['approved, overdue',                                'refused',  'refused',    'refused',       'refused',          'refused',          'refused',   'conflict',          'conflict'],
    ['approved after its pending time ended',            'wait',     'release',    'release',       'wait',             're-park',          're-park',   'conflict',          'conflict'],
    ['rejected',                                         'refused',  'refused',    'refused',       'refused',          'refused',          'refused',   'conflict',          'conflict'],
    ['expired',                                          'refused',  'refused',    'refused',       'refused',          'refused',          'refused',   'conflict',          'conflict'],
    ['cancelled',                                        'refused',  'refused',    'refused',       'refused',          'refused',          'refused',   'conflict',          'conflict'],
    ['lapsed',                                           'refused',  'refused',    'refused',       'refused',          'refused',          'refused',   'conflict',          'conflict'],
    ['superseded',                                       'park',     'park',       'park',          'park',             'park',             'park',      'park',              'park'],
    ['stale',                                            'park',     'park',       'park',          'park',             'park',             'park',      'park',              'park'],
    ['released',                                         'replay',   'replay',     'replay',        'wait',             'already-released', 'already-released', 'conflict',   'already-released'],
    ['released, the last millisecond of its replay',     'replay',   'replay',     'replay',        'wait',             'already-released', 'already-released', 'conflict',   'already-released'],
    ['released, its replay just over',                   ...seven('already-released')],
    ['released, its replay over',                        ...seven('already-released')],
    ['released, its outcome reported',                   ...seven('already-released')],
    ['released to this request', 'released-by-you', 'released-by-you', 'released-by-you', 'wait', 'already-released', 'already-released', 'conflict', 'already-released'],
    ['released to this request, no replay', 'released-by-you', 'released-by-you', 'released-by-you', 'wait', 'already-released', 'already-released', 'conflict', 'already-released'],
    ['released to this request, its outcome reported',   ...seven('already-released')],
  ];

  it('has a line for every row', () => {
    expect(table.map(([name]) => name)).toEqual(Object.keys(rows));
    expect(table.every((line) => line.length === 9)).toBe(true);
  });

  describe.each(table)('%s', (name, ...expected) => {
    const approval = rows[name];
    const [sameOlder, sameEqual, sameNewer, staleOlder, staleEqual, staleNewer, otherCall, otherKey] = expected;

    it.each([
      ['an older', 11, sameOlder],
      ['the same', 12, sameEqual],
      ['a newer', 13, sameNewer],
    ] as const)('same binding, judged by %s policy set (%i): %s', (_age, policyVersion, kind) => {
      expect(answerFor(approval, asked({}, { policyVersion })).kind).toBe(kind);
    });

    describe.each<[string, Partial<Binding>]>([
      ['policy', { policyId: 'pol-2' }],
      ['policy (now the default action)', { policyId: null }],
      ['group', { groupId: 'legal' }],
      ['quorum', { quorum: 2 }],
    ])('another %s decides today', (_what, change) => {
      it.each([
        ['an older', 11, staleOlder],
        ['the same', 12, staleEqual],
        ['a newer', 13, staleNewer],
      ] as const)('judged by %s policy set (%i): %s', (_age, policyVersion, kind) => {
        expect(answerFor(approval, asked(change, { policyVersion })).kind).toBe(kind);
      });
    });

    it.each<[string, Partial<Binding>]>([
      ['arguments', { argumentsHash: 'ff' }],
      ['tool', { toolName: 'payment_delete' }],
      ['tool type', { toolType: 'mcp' }],
      ['end user', { endUserId: 'mallory' }],
      ['agent', { agentId: 'rogue' }],
      ['session', { sessionId: 'session-2' }],
      ['arguments, key and policy', { argumentsHash: 'ff', keyId: 'key-2', policyId: 'pol-2' }],
    ])(`another %s: ${String(otherCall)}, however old the policy set`, (_what, change) => {
      for (const policyVersion of [11, 12, 13]) expect(answerFor(approval, asked(change, { policyVersion })).kind).toBe(otherCall);
    });

    it.each<[string, Partial<Binding>]>([
      ['key', { keyId: 'key-2' }],
      ['key, and another policy decides today', { keyId: 'key-2', policyId: 'pol-2' }],
    ])(`another %s: ${String(otherKey)}, however old the policy set`, (_what, change) => {
      for (const policyVersion of [11, 12, 13]) expect(answerFor(approval, asked(change, { policyVersion })).kind).toBe(otherKey);
    });
  });

  it.each<[keyof typeof rows, ApprovalStatus]>([
    ['pending, overdue', 'expired'],
    ['approved, overdue', 'lapsed'],
    ['rejected', 'rejected'],
    ['expired', 'expired'],
    ['cancelled', 'cancelled'],
    ['lapsed', 'lapsed'],
  ])('%s is refused as %s', (name, status) => {
    expect(answerFor(rows[name], asked())).toMatchObject({ kind: 'refused', status });
  });

  it('hands on what the person who ended it said, and no other comment', () => {
    expect(answerFor(rows.rejected, asked())).toMatchObject({ comment: 'not this supplier' });
    expect(answerFor({ ...rows.cancelled, comment: 'not needed' }, asked())).toMatchObject({ comment: 'not needed' });
    expect(answerFor(rows.lapsed, asked())).toMatchObject({ comment: undefined });
    expect(answerFor(rows['approved, overdue'], asked())).toMatchObject({ comment: undefined });
  });

  it('releases nothing that has no readable deadline', () => {
    expect(answerFor({ ...rows.approved, lapsesAt: undefined }, asked()).kind).toBe('refused');
    expect(answerFor({ ...rows.pending, expiresAt: NaN }, asked()).kind).toBe('refused');
  });

  it('replays nothing that has no readable end, and trusts no unreadable version', () => {
    expect(answerFor({ ...rows.released, replayUntil: undefined }, asked()).kind).toBe('already-released');
    expect(answerFor(rows.approved, asked({}, { policyVersion: NaN })).kind).toBe('wait');
  });
});

/** A released row that answers no more: only another call is told something else. */
function seven(kind: Kind): Kind[] {
  return [kind, kind, kind, kind, kind, kind, 'conflict', kind];
}

function asked(change: Partial<Binding> = {}, ask: Partial<Ask> = {}): Ask {
  return { binding: { ...bound(), ...change }, policyVersion: 12, requestId: 'request-1', at: now, ...ask };
}

function row(status: ApprovalStatus, change: Partial<Approval> = {}): Approval {
  const parked = park({ approvalId: 'apr-1', binding: bound(), policyVersion: 12, at: now - 5_000, timeoutMs: 60_000 });
  return { ...[parked, ...eventsTo(status)].reduce<Approval | null>(evolve, null)!, ...change };
}

function eventsTo(status: ApprovalStatus): readonly ApprovalEvent[] {
  const by: Actor = { kind: 'key', keyId: 'key-9', roles: ['approver'] };
  const settled = { type: 'approval-settled', at: now - 2_000 } as const;
  const approved: ApprovalEvent = { ...settled, status: 'approved', by, comment: 'fine', lapsesAt: now + 60_000 };
  const lastVerdict = { verdict: 'allow', policyVersion: 13, at: now - 2_000 } as const;
  switch (status) {
    case 'pending':
      return [];
    case 'approved':
      return [approved];
    case 'rejected':
      return [{ ...settled, status, by, comment: 'not this supplier' }];
    case 'cancelled':
      return [{ ...settled, status, by }];
    case 'expired':
      return [{ ...settled, status }];
    case 'lapsed':
      return [approved, { ...settled, status }];
    case 'superseded':
      return [{ ...settled, status, lastVerdict }];
    case 'stale':
      return [{ ...settled, status, replacedBy: 'apr-2' }];
    case 'released':
      return [approved, { type: 'approval-released', releaseId: 'request-0', releaseDecisionId: 'dec-1', at: now - 1_000, replayUntil: now + 59_000 }];
  }
}

function bound(): Binding {
  return {
    guardId: 'default',
    sessionId: 'session-1',
    callId: 'call-1',
    toolName: 'payment_create',
    keyId: 'key-1',
    endUserId: 'alice',
    agentId: 'billing-bot',
    argumentsHash: 'a1',
    policyId: 'pol-1',
    quorum: 1,
  };
}
