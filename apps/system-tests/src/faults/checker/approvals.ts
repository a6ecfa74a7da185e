import type { AuditFact } from '../final-state.ts';
import type { Operation } from '../history.ts';
import type { Evidence, Violation } from './evidence.ts';

type Of<Kind> = Extract<Operation, { kind: Kind }>;
const ofKind = <Kind extends Operation['kind']>(operations: readonly Operation[], kind: Kind): readonly Of<Kind>[] => operations.filter((one): one is Of<Kind> => one.kind === kind);

/** No approval is lost: what a caller was told is parked has its row. */
export function* parkedCallsHaveRows({ answers, approvals }: Evidence): Iterable<Violation> {
  for (const { ask, call, result } of answers) {
    const id = result.approval_id;
    if (id === undefined) continue;
    const row = approvals.get(id);
    if (row === undefined) yield { rule: 'parked calls have rows', what: `${id} was answered and is not there`, evidence: { ask, result } };
    else if (row.guard !== ask.guard || row.session !== ask.session || row.callId !== call.id || row.toolName !== call.name) {
      yield { rule: 'parked calls have rows', what: `${id} is another call's`, evidence: { row, call } };
    }
  }
}

/** A vote that was answered is kept and counts; nobody votes whom nobody heard. */
export function* votesAreKept({ operations, state, approvals, audit }: Evidence): Iterable<Violation> {
  const rule = 'votes are kept';
  const key = (approvalId: string, voter: string, choice: string): string => `${approvalId} ${voter} ${choice}`;
  const kept = new Set(state.votes.map(({ approvalId, voter, choice }) => key(approvalId, voter, choice)));
  const votes = ofKind(operations, 'vote');
  const possible = new Set(votes.filter(({ ending }) => ending !== 'fail').map(({ approvalId, voter, choice }) => key(approvalId, voter, choice)));
  for (const vote of votes) {
    if (vote.ending !== 'ok') continue;
    if (!kept.has(key(vote.approvalId, vote.voter, vote.choice))) yield { rule, what: `an answered vote on ${vote.approvalId} is lost`, evidence: vote };
    const settled = vote.choice === 'approve' ? 'approved' : 'rejected';
    if (!(audit.get(vote.approvalId) ?? []).some(({ event }) => event === settled)) {
      yield { rule, what: `${vote.approvalId} was answered ${settled}, and is ${approvals.get(vote.approvalId)?.status ?? 'absent'}`, evidence: vote };
    }
  }
  for (const { approvalId, voter, choice } of state.votes) {
    if (!possible.has(key(approvalId, voter, choice))) yield { rule, what: `${voter} never asked to ${choice} ${approvalId}` };
  }
  const voted = new Map<string, number>();
  for (const vote of votes) {
    if (vote.ending === 'ok') voted.set(vote.approvalId, Math.min(vote.endedAt, voted.get(vote.approvalId) ?? Infinity));
  }
  for (const read of ofKind(operations, 'read')) {
    if (read.approvalStatus === 'pending' && read.startedAt > (voted.get(read.approvalId) ?? Infinity)) {
      yield { rule, what: `${read.approvalId} reads as pending after its vote was answered`, evidence: read };
    }
  }
}

/** One release per approval, heard of as new by one request at most. */
export function* releasesHappenOnce({ answers, audit }: Evidence): Iterable<Violation> {
  const rule = 'released once';
  const first = new Map<string, unknown>();
  for (const { ask, result } of answers) {
    const { approval_id: id, metadata } = result;
    if (id === undefined || result.action !== 'allow' || metadata.replayed !== false) continue;
    if (first.has(id)) yield { rule, what: `${id} was answered as released to two requests`, evidence: [first.get(id), { ask, result }] };
    else first.set(id, { ask, result });
  }
  for (const [id, rows] of audit) {
    const releases = rows.filter(({ event }) => event === 'released');
    if (releases.length > 1) yield { rule, what: `${id} was released ${releases.length} times`, evidence: releases };
  }
}

/** After an answered rejection no request that begins later is answered `allow` by that approval, and it is never released. */
export function* rejectionsStand({ operations, answers, approvals }: Evidence): Iterable<Violation> {
  const rule = 'rejections stand';
  const rejectedAt = new Map<string, number>();
  for (const vote of ofKind(operations, 'vote')) {
    if (vote.ending === 'ok' && vote.choice === 'reject') rejectedAt.set(vote.approvalId, vote.endedAt);
  }
  const places = new Map<string, number>();
  for (const [id, at] of rejectedAt) {
    const row = approvals.get(id);
    if (row === undefined) continue;
    if (row.status !== 'rejected') yield { rule, what: `${id} was answered rejected, and is ${row.status}` };
    places.set(`${row.guard} ${row.session} ${row.callId}`, at);
  }
  for (const { ask, call, result } of answers) {
    // Without an approval, policies of now allow the call by themselves: that needs no person, and the answers' rule checks it.
    if (result.action !== 'allow' || result.metadata.replayed === undefined) continue;
    if (ask.startedAt > (places.get(`${ask.guard} ${ask.session} ${call.id}`) ?? Infinity)) yield { rule, what: `${call.id} was allowed after its rejection`, evidence: { ask, result } };
  }
}

const legal: Readonly<Record<string, readonly string[]>> = {
  pending: ['approved', 'rejected', 'expired', 'cancelled', 'superseded', 'stale'],
  approved: ['released', 'lapsed', 'cancelled', 'superseded', 'stale'],
};

/** Each transition has one audit row, in order, and together they lead to the row as it is. */
export function* auditIsComplete({ state, audit }: Evidence): Iterable<Violation> {
  const rule = 'audit is complete';
  const votes = new Map<string, number>();
  for (const { approvalId } of state.votes) votes.set(approvalId, (votes.get(approvalId) ?? 0) + 1);
  for (const row of state.approvals) {
    const trail = audit.get(row.approvalId) ?? [];
    const end = statusAfter(trail);
    if ('problem' in end) yield { rule, what: `${row.approvalId}: ${end.problem}`, evidence: trail };
    else if (end.status !== row.status) yield { rule, what: `${row.approvalId} is ${row.status}, its audit trail ends at ${end.status}`, evidence: trail };
    const voted = trail.filter(({ event }) => event === 'voted').length;
    if (voted !== (votes.get(row.approvalId) ?? 0)) yield { rule, what: `${row.approvalId} has ${votes.get(row.approvalId) ?? 0} votes and ${voted} in its audit trail` };
    const [release] = trail.filter(({ event }) => event === 'released');
    if (release !== undefined && (release.detail['release_id'] !== row.releaseId || release.detail['decision_id'] !== row.releaseDecisionId)) {
      yield { rule, what: `${row.approvalId} was released otherwise than its audit trail says`, evidence: release };
    }
  }
}

function statusAfter(trail: readonly AuditFact[]): Readonly<{ status: string } | { problem: string }> {
  if (trail[0]?.event !== 'parked') return { problem: 'the trail does not begin with its parking' };
  let status = 'pending';
  let at = trail[0].at;
  for (const entry of trail.slice(1)) {
    if (entry.at < at) return { problem: `${entry.event} stands after what came later` };
    at = entry.at;
    if (entry.event === 'outcome_reported') continue;
    if (entry.event === 'voted') {
      if (status !== 'pending') return { problem: `a vote was counted when it was ${status}` };
      continue;
    }
    if (!(legal[status] ?? []).includes(entry.event)) return { problem: `went from ${status} to ${entry.event}` };
    status = entry.event;
  }
  return { status };
}
