import type { Conceded } from '../conceded.ts';
import type { ApprovalFact, AuditFact, DecisionFact, FinalState, PolicySetFact } from '../final-state.ts';
import type { Ask, AskedCall, Operation, Result } from '../history.ts';

export type Violation = Readonly<{ rule: string; what: string; evidence?: unknown }>;

/** One call's answer within a request, with what was asked. */
export type Answered = Readonly<{ ask: Ask; call: AskedCall; result: Result }>;

export type Evidence = Readonly<{
  operations: readonly Operation[];
  answers: readonly Answered[];
  state: FinalState;
  approvals: ReadonlyMap<string, ApprovalFact>;
  /** In order, by approval id. */
  audit: ReadonlyMap<string, readonly AuditFact[]>;
  decisions: ReadonlyMap<string, DecisionFact>;
  /** By guard and version, as `setKey` writes it. */
  sets: ReadonlyMap<string, PolicySetFact>;
  conceded: Conceded;
}>;

export type Rule = (evidence: Evidence) => Iterable<Violation>;

export const setKey = (guard: string, version: number): string => `${guard} ${version}`;
