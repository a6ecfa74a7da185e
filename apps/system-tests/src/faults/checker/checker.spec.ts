import { describe, expect, it } from '@jest/globals';
import { Conceded } from '../conceded.ts';
import type { FinalState, PolicySetFact } from '../final-state.ts';
import type { Ask, Edit, Hear, Operation, Read, Result, Submit, Vote } from '../history.ts';
import { hashOf } from './answers.ts';
import { check } from './checker.ts';

const fact = { guard: 'shop', session: 's', callId: 'call_1', toolName: 'pay_rent', action: 'require_approval', code: null, approvalId: 'apr_1', policyVersion: 1, eventKey: null, createdAt: 0 };
const call = { id: 'call_1', name: 'pay_rent', arguments: { amount: 5, to: 'acct' } };

describe('a history in which all went well', () => {
  it('has no violation: a call parked, approved, released, replayed, and the log of it', () => {
    expect(rulesBroken(good())).toEqual([]);
  });
  it('has none either when nobody knows whether a request took effect', () => {
    const { operations, state } = good();
    expect(rulesBroken({ operations: operations.map((one) => ({ ...without(one), ending: 'unknown' as const })), state })).toEqual([]);
  });
});

describe('answers', () => {
  it.each<[string, Partial<Result>, string]>([
    ['an allow where policies block', { action: 'allow' }, 'allow where version 1 says block'],
    ['an allow with a code of doubt', { action: 'allow', code: 'could_not_judge' }, 'allow with the code of doubt could_not_judge'],
    ['a warn with a code of doubt', { action: 'warn', code: 'decision_log_unavailable' }, 'warn with the code of doubt decision_log_unavailable'],
    ['an answer to another call', { action: 'block', tool_call_id: 'call_2' }, 'an answer to `call_1` names `call_2`'],
  ])('%s', (_, answer, what) => {
    expect(broken({ operations: [asked({ name: 'never_mind', answer })], state: kept() })).toContainEqual(['answers follow policies', what]);
  });
  it('judged by a version that never was, or with another hash', () => {
    const answer = (metadata: object) => asked({ name: 'never_mind', answer: { action: 'block', metadata: meta(metadata) } });
    expect(broken({ operations: [answer({ policy_version: 9 })], state: kept() })).toContainEqual(['answers follow policies', 'judged by version 9, which never was']);
    expect(broken({ operations: [answer({ policy_hash: 'other' })], state: kept() })).toContainEqual(['answers follow policies', 'judged by a version 1 with another hash']);
  });
  it('an allow without judgement, and a warn of a closed guard', () => {
    for (const action of ['allow', 'warn'] as const) {
      const answer = { action, code: 'engine_unavailable', metadata: meta({ policy_version: null, failed_open: true }) };
      expect(broken({ operations: [asked({ name: 'free_ride', answer })], state: kept() })).toContainEqual(['answers follow policies', `${action} engine_unavailable that no policy set judged`]);
    }
  });
  it('a warn of an open guard is as it should be, an allow is not', () => {
    const state = kept({ policySets: [{ ...set(1), failureMode: 'open' }] });
    const answer = (action: string) => asked({ name: 'free_ride', answer: { action, code: 'engine_unavailable', metadata: meta({ policy_version: null, failed_open: true }) } });
    expect(rulesBroken({ operations: [answer('warn')], state })).toEqual([]);
    expect(rulesBroken({ operations: [answer('allow')], state })).toEqual(['answers follow policies']);
  });
  it('an allow without the approval that policies demand', () => {
    expect(broken({ operations: [asked({ answer: { action: 'allow' } })], state: kept() })).toContainEqual(['answers follow policies', 'allow without the approval that policies demand']);
  });
  it('an allow before the row was released, by another release, or of other arguments', () => {
    const { operations, state } = good();
    const [row] = state.approvals;
    const withRow = (changed: object) => rulesBroken({ operations, state: { ...state, approvals: [{ ...row!, ...changed }] } });
    expect(withRow({ status: 'approved' })).toContain('answers follow policies');
    expect(withRow({ releaseId: 'req_other' })).toContain('answers follow policies');
    expect(withRow({ argumentsHash: hashOf({ amount: 6, to: 'acct' }) })).toContain('answers follow policies');
  });
  it('a block by a state that the row is not in', () => {
    const answer = { action: 'block', code: 'approval_rejected', approval_id: 'apr_1' };
    const { state } = good();
    expect(broken({ operations: [asked({ answer })], state })).toContainEqual(['answers follow policies', 'approval_rejected, but the row of apr_1 is released']);
  });
  it('a valid request that is refused', () => {
    const refused: Operation = { ...asked({}), ending: 'fail', status: 401, results: undefined };
    expect(rulesBroken({ operations: [refused], state: kept() })).toEqual(['refusals are deserved']);
  });
});

describe('approvals', () => {
  it('one that was answered and has no row', () => {
    const { operations, state } = good();
    expect(rulesBroken({ operations, state: { ...state, approvals: [], audit: [], votes: [] } })).toContain('parked calls have rows');
  });
  it('one that is another call’s row', () => {
    const { operations, state } = good();
    expect(rulesBroken({ operations, state: { ...state, approvals: [{ ...state.approvals[0]!, callId: 'call_2' }] } })).toContain('parked calls have rows');
  });
  it('a vote that was answered and is lost, and one that nobody cast', () => {
    const { operations, state } = good();
    expect(broken({ operations, state: { ...state, votes: [] } })).toContainEqual(['votes are kept', 'an answered vote on apr_1 is lost']);
    const withoutVotes = operations.filter(({ kind }) => kind !== 'vote');
    expect(broken({ operations: withoutVotes, state })).toContainEqual(['votes are kept', 'key:ann never asked to approve apr_1']);
  });
  it('a vote that was refused and counts all the same', () => {
    const { operations, state } = good();
    const refused = operations.map((one): Operation => (one.kind === 'vote' ? { ...one, ending: 'fail', status: 409 } : one));
    expect(rulesBroken({ operations: refused, state })).toContain('votes are kept');
  });
  it('one that reads as pending after its vote was answered', () => {
    const { operations, state } = good();
    const read: Read = { ...ended(50), kind: 'read', approvalId: 'apr_1', approvalStatus: 'pending' };
    expect(rulesBroken({ operations: [...operations, read], state })).toEqual(['votes are kept']);
  });
  it('a second answer with `replayed: false`', () => {
    const { operations, state } = good();
    const again = asked({ at: 60, answer: released('dec_rel') });
    expect(broken({ operations: [...operations, again], state })).toContainEqual(['released once', 'apr_1 was answered as released to two requests']);
  });
  it('a second release in the audit trail', () => {
    const { operations, state } = good();
    expect(rulesBroken({ operations, state: { ...state, audit: [...state.audit, state.audit.at(-1)!] } })).toEqual(expect.arrayContaining(['released once', 'audit is complete']));
  });
  it('one that is allowed after its rejection was answered', () => {
    const { operations, state } = good();
    const rejection: Vote = { ...ended(30), kind: 'vote', approvalId: 'apr_1', voter: 'key:bob', choice: 'reject' };
    expect(rulesBroken({ operations: [...operations, rejection], state })).toContain('rejections stand');
  });
});

describe('the audit trail', () => {
  const { operations, state } = good();
  const trail = (audit: FinalState['audit']) => broken({ operations, state: { ...state, audit } }).filter(([rule]) => rule === 'audit is complete').map(([, what]) => what);
  it('misses the parking', () => expect(trail(state.audit.slice(1))).toEqual(['apr_1: the trail does not begin with its parking']));
  it('misses a transition', () => expect(trail(state.audit.filter(({ event }) => event !== 'approved'))).toEqual(['apr_1: went from pending to released']));
  it('ends before the row does', () => expect(trail(state.audit.slice(0, -1))).toEqual(['apr_1 is released, its audit trail ends at approved']));
  it('misses a vote', () => expect(trail(state.audit.filter(({ event }) => event !== 'voted'))).toEqual(['apr_1 has 1 votes and 0 in its audit trail']));
  it('is out of order', () => expect(trail(state.audit.map((row) => (row.event === 'approved' ? { ...row, at: 9_999 } : row)))).toEqual(['apr_1: released stands after what came later']));
  it('names another release', () => expect(trail(state.audit.map((row) => (row.event === 'released' ? { ...row, detail: {} } : row)))).toEqual(['apr_1 was released otherwise than its audit trail says']));
});

describe('the decision log', () => {
  it('misses an answered decision, unless it lay in a store that is gone', () => {
    const { operations, state } = good();
    const lost = { ...state, decisions: state.decisions.filter(({ id }) => id !== 'dec_park') };
    expect(broken({ operations, state: lost })).toEqual([['answers are logged', 'dec_park was answered and is not in the log']]);
    expect(check(operations, lost, concededDecision('dec_park')).violations).toEqual([]);
    expect(check(operations, lost, concededDecision('dec_park')).counts['answered decisions lost with a NATS store']).toBe(1);
  });
  it('says another action than the answer', () => {
    const { operations, state } = good();
    const decisions = state.decisions.map((one) => (one.id === 'dec_park' ? { ...one, action: 'allow' } : one));
    expect(rulesBroken({ operations, state: { ...state, decisions } })).toEqual(['answers are logged']);
  });
  it('misses a release that nobody heard of', () => {
    const { state } = good();
    const votes = good().operations.filter(({ kind }) => kind === 'vote');
    expect(rulesBroken({ operations: votes, state: { ...state, decisions: [] } })).toEqual(['releases are logged']);
  });
  it('has one decision for two calls', () => {
    const answer = { action: 'block', metadata: meta({ decision_id: 'dec_1' }) };
    const operations = ['never_1', 'never_2'].map((name) => asked({ name, id: name, answer: { ...answer, tool_call_id: name } }));
    expect(rulesBroken({ operations, state: kept() })).toContain('answers are logged');
  });
});

describe('policies', () => {
  const edit: Edit = { ...ended(10), kind: 'edit', policyId: 'pol_edit', patch: { action: 'block' }, waitActive: true, version: 2 };
  it('a write that was answered and is lost, or says something else', () => {
    expect(broken({ operations: [edit], state: kept() })).toEqual([['policy writes are kept', 'the write of version 2 was answered and is lost']]);
    expect(broken({ operations: [edit], state: kept({ policySets: [set(1), set(2)] }) })).toEqual([['policy writes are kept', 'version 2 does not hold what was written as it']]);
  });
  it('a gap between versions, and a version without an audit row', () => {
    expect(broken({ operations: [], state: kept({ policySets: [set(1), set(3)] }) })).toContainEqual(['policy writes are kept', 'version 3 of shop follows 1']);
    expect(broken({ operations: [], state: kept({ auditedRevisions: new Set() }) })).toEqual([['policy writes are kept', 'version 1 of shop has no audit row']]);
  });
  it('an older version decides after a newer one was active', () => {
    const policySets = [set(1), { ...set(2), policies: set(2).policies.map((policy) => (policy.id === 'pol_edit' ? { ...policy, action: 'block' } : policy)) }];
    const old = asked({ at: 12, name: 'edit_1', answer: { action: 'allow' } });
    const state = kept({ policySets, decisions: [{ ...fact, id: 'dec_1', toolName: 'edit_1', action: 'allow' }] });
    expect(broken({ operations: [edit, old], state })).toEqual([['active policies decide', 'judged by version 1 after 2 was active']]);
    // Asked before the answer, or answered 202, or flagged: outside the barrier.
    expect(rulesBroken({ operations: [edit, { ...old, startedAt: 9.5 }], state })).toEqual([]);
    expect(rulesBroken({ operations: [{ ...edit, status: 202 }, old], state })).toEqual([]);
    const stale = asked({ at: 12, name: 'edit_1', answer: { action: 'allow', metadata: meta({ policy_stale: true }) } });
    expect(rulesBroken({ operations: [edit, stale], state })).toEqual([]);
  });
});

describe('limits', () => {
  const allowed = asked({ name: 'hot_1', answer: { action: 'allow', metadata: meta({ policy_id: 'pol_hot' }) } });
  const decision = { ...fact, id: 'dec_1', toolName: 'hot_1', action: 'allow' };
  const grant = (at: number, calls = 1, policyId = 'pol_hot') => ({ policyId, at, calls });
  const of = (grants: FinalState['limits']['grants'], operations: readonly Operation[] = [allowed]) => broken({ operations, state: kept({ decisions: [decision], limits: { grants, uncounted: [] } }) });

  it('as many in a window as the limit says, and those of another policy, are as they should be', () => {
    expect(of([grant(0, 2), grant(1_000_000), grant(1_000_001, 2)])).toEqual([]);
    expect(of([grant(0, 3), grant(1, 3, 'pol_other')])).toEqual([]);
  });
  it('one more in any interval of the window', () => {
    expect(of([grant(0), grant(500_000, 2), grant(1_000_000)])).toEqual([['limits hold', '4 calls of shop were let past in 1 s, where 3 may be']]);
    expect(of([grant(0, 2), grant(1_000_001), grant(1_500_000, 3)])).toEqual([['limits hold', '4 calls of shop were let past in 1 s, where 3 may be']]);
  });
  it('a call that is allowed and was not let past, asked for or submitted', () => {
    expect(of([])).toEqual([['limits hold', '1 calls of shop were allowed within a limit that let 0 past']]);
    const event = { ...decision, eventKey: 'key' };
    expect(broken({ operations: [], state: kept({ decisions: [event] }) })).toEqual([['limits hold', '1 calls of shop were allowed within a limit that let 0 past']]);
  });
  it('a transaction that let other calls past than it counted', () => {
    expect(broken({ operations: [], state: kept({ limits: { grants: [], uncounted: ['7'] } }) })).toEqual([['limits hold', '1 transactions let calls past otherwise than they counted']]);
  });
  it('refuses with its code, and is in doubt with another; nothing else is an answer', () => {
    const answer = (action: string, code?: string) => rulesBroken({ operations: [asked({ name: 'hot_1', answer: { action, ...(code !== undefined && { code }) } })], state: kept({ decisions: [{ ...decision, action, code: code ?? null }] }) });
    expect(answer('block', 'rate_limit_exceeded')).toEqual([]);
    expect(answer('block', 'rate_limiter_unavailable')).toEqual([]);
    expect(answer('block')).toEqual(['answers follow policies']);
    expect(answer('warn')).toEqual(['answers follow policies']);
    expect(answer('allow', 'rate_limiter_unavailable')).toEqual(['answers follow policies']);
  });
});

describe('event calls', () => {
  const submit: Submit = { ...ended(0), kind: 'submit', session: 's', call };
  const final = { ...fact, id: 'dec_final', toolName: 'free_ride', action: 'allow', approvalId: null, eventKey: 'key' };
  const row = { ...good().state.approvals[0]!, eventKey: 'key', status: 'pending', releaseId: null, releaseDecisionId: null };
  const parked = { approvals: [row], audit: good().state.audit.slice(0, 1) };
  const of = (changed: Partial<FinalState>) => broken({ operations: [submit], state: kept(changed) });

  it('one that is decided, and one that waits for people, are as they should be', () => {
    expect(of({ decisions: [final] })).toEqual([]);
    expect(of(parked)).toEqual([]);
  });
  it('one that was acknowledged and is not decided, unless it lay in a store that is gone', () => {
    expect(of({})).toEqual([['event calls are decided once', 'call_1 was acknowledged and is not decided']]);
    const conceded = new Conceded();
    conceded.add({ decisions: [], toolCalls: [{ guard: 'shop', session: 's', callId: 'call_1' }] });
    expect(check([submit], kept(), conceded).violations).toEqual([]);
  });
  it('one with two final decisions, and one that was parked after it was decided', () => {
    expect(of({ decisions: [final, { ...final, id: 'dec_2' }] })).toEqual([['event calls are decided once', '["shop","s","call_1"] has 2 final decisions']]);
    expect(of({ ...parked, decisions: [final] })).toEqual([]);
    const late = { ...parked, approvals: [{ ...row, createdAt: 10_001 }] };
    expect(of({ ...late, decisions: [final] })).toEqual([['event calls are decided once', '["shop","s","call_1"] was parked though it was decided']]);
  });
  it('one that doubt decided, or that was allowed against the policies, or without its release', () => {
    const decided = (changed: object) => of({ decisions: [{ ...final, ...changed }] }).map(([, what]) => what);
    expect(decided({ action: 'block', code: 'approval_service_unavailable' })).toEqual(['decided for good with the code of doubt approval_service_unavailable']);
    expect(decided({ toolName: 'never_mind' })).toEqual(['allow where version 1 says block']);
    expect(decided({ toolName: 'pay_rent' })).toEqual(['allow while its approval is absent']);
    expect(decided({ toolName: 'hot_1', action: 'block' })).toEqual(['block  where version 1 limits how often']);
    expect(decided({ policyVersion: 7 })).toEqual(['decided by version 7, which never was']);
  });
  it('a decision that was published and is not in the log', () => {
    const heard: Hear = { ...ended(0), kind: 'hear', session: 's', callId: 'call_1', decisionId: 'dec_9', action: 'allow' };
    expect(broken({ operations: [heard], state: kept() })).toEqual([['decisions made are logged', 'dec_9 was published and is not in the log']]);
  });
});

type History = Readonly<{ operations: readonly Operation[]; state: FinalState }>;
function broken({ operations, state }: History): (readonly [string, string])[] {
  return check(operations, state, new Conceded()).violations.map(({ rule, what }) => [rule, what] as const);
}
const rulesBroken = (history: History): string[] => [...new Set(broken(history).map(([rule]) => rule))];

function concededDecision(id: string): Conceded {
  const conceded = new Conceded();
  conceded.add({ decisions: [{ id, guard: 'shop', session: 's', callId: 'call_1' }], toolCalls: [] });
  return conceded;
}

function ended(at: number): Readonly<{ client: string; guard: string; ending: 'ok'; status: number; startedAt: number; endedAt: number }> {
  return { client: 'c', guard: 'shop', ending: 'ok', status: 200, startedAt: at, endedAt: at + 1 };
}
function meta(changed: object = {}): Result['metadata'] {
  return { decision_id: 'dec_1', scanner: 'none', policy_id: null, policy_version: 1, policy_hash: 'hash 1', trace_id: 't', ...changed };
}

function asked({ at = 0, id = call.id, name = call.name, answer = {} }: { at?: number; id?: string; name?: string; answer?: Partial<Result> }): Ask {
  const result: Result = { action: 'block', tool_call_id: id, risk_score: 0, threats_detected: [], threats: [], message: '', policy_matched: null, metadata: meta(), ...answer };
  return { ...ended(at), kind: 'ask', session: 's', calls: [{ ...call, id, name }], waitS: 0, results: [result] };
}

function released(decision: string, replayed = false): Partial<Result> {
  return {
    action: 'allow',
    approval_id: 'apr_1',
    metadata: meta({ decision_id: decision, replayed, release_id: 'req_1' }),
  };
}

function without(operation: Operation): Operation {
  if (operation.kind === 'ask') return { ...operation, status: undefined, results: undefined };
  return operation.kind === 'edit' ? { ...operation, status: undefined, version: undefined } : { ...operation, status: undefined };
}

function set(version: number): PolicySetFact {
  const policy = (id: string, tool_pattern: string, action: string) => ({ id, tool_pattern, action, priority: 10, created_at: '2026' });
  const policies = [policy('pol_pay', 'pay_*', 'require_approval'), policy('pol_never', 'never_*', 'block'), policy('pol_edit', 'edit_*', 'allow'), { ...policy('pol_hot', 'hot_*', 'rate_limit'), rate_limit: { max_requests: 3, window_seconds: 1 } }];
  return { guard: 'shop', version, revision: version, hash: `hash ${version}`, defaultAction: 'allow', failureMode: 'closed', policies };
}

function kept(changed: Partial<FinalState> = {}): FinalState {
  return { approvals: [], votes: [], audit: [], decisions: [{ ...fact, id: 'dec_1' }], policySets: [set(1)], auditedRevisions: new Set([1, 2, 3]), limits: { grants: [], uncounted: [] }, ...changed };
}

/** Asked at 0, approved at 20, released at 40, and answered once more at 45. */
function good(): History {
  const vote: Vote = { ...ended(20), kind: 'vote', approvalId: 'apr_1', voter: 'key:ann', choice: 'approve' };
  const audited = (event: string, at: number, detail: Record<string, unknown> = {}) => ({ approvalId: 'apr_1', event, at, detail });
  return {
    operations: [
      asked({ answer: { action: 'require_approval', approval_id: 'apr_1', metadata: meta({ decision_id: 'dec_park' }) } }),
      vote,
      asked({ at: 40, answer: released('dec_rel') }),
      asked({ at: 45, answer: released('dec_again', true) }),
    ],
    state: kept({
      approvals: [
        {
          approvalId: 'apr_1',
          guard: 'shop',
          session: 's',
          callId: call.id,
          toolName: call.name,
          argumentsHash: hashOf(call.arguments),
          policyVersion: 1,
          status: 'released',
          releaseId: 'req_1',
          releaseDecisionId: 'dec_rel',
          eventKey: null,
          createdAt: 0,
        },
      ],
      votes: [{ approvalId: 'apr_1', voter: 'key:ann', choice: 'approve' }],
      audit: [audited('parked', 1), audited('voted', 2), audited('approved', 2), audited('released', 3, { release_id: 'req_1', decision_id: 'dec_rel' })],
      decisions: [
        { ...fact, id: 'dec_park' },
        { ...fact, id: 'dec_rel', action: 'allow' },
        { ...fact, id: 'dec_again', action: 'allow' },
      ],
    }),
  };
}
