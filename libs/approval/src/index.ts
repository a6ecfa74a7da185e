export type { Actor, KeyActor, Requester, Role, WebhookActor } from './actor.ts';
export { answerFor, type Answer, type Ask } from './answer-for.ts';
export { answerNamed, recordVerdict, supersede, type NamedAnswer, type NamedAsk } from './answer-named.ts';
export {
  approvalStatuses,
  defaultReleaseMs,
  evolve,
  park,
  type Approval,
  type ApprovalEvent,
  type ApprovalParked,
  type ApprovalReleased,
  type ApprovalSettled,
  type ApprovalStatus,
  type ApprovalVoted,
  type Choice,
  type LaterVerdict,
  type OutcomeReported,
  type Park,
  type VerdictRecorded,
  type Vote,
} from './approval.ts';
export { compareBindings, compareIdentities, type Binding, type CallIdentity } from './binding.ts';
export { canonicalJson, canonicalJsonOrNull, maxCanonicalDepth } from './canonical-json.ts';
export { settleOverdue, statusAt, type Outcome, type RefusalCode, type Winner } from './outcome.ts';
export { defaultReplayMs, markStale, release, reportOutcome, type Release } from './release.ts';
export { cancel, vote, type CastVote } from './vote.ts';
