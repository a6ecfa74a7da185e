import type { Contract } from './contract.ts';
import { RevisionChanged, SyncAccess } from './internal/access.ts';
import { ApprovalResolved, CancelApproval, ClaimApprovals, GetApproval, ListApprovals, ReadApprovalStatuses, ReportOutcome, ReportVerdicts, VoteOnApproval } from './internal/approvals.ts';
import * as channels from './internal/channels.ts';
import { DecisionsLogged, GetDecision, ListDecisions, ReviewDecision } from './internal/decision-log.ts';
import { DryRunToolCall } from './internal/dry-run.ts';
import { EvaluateToolCalls } from './internal/evaluate.ts';
import { FindFinalDecisions, OutcomesReported, PublicEvents, ResumeToolCalls, ToolCallsSubmitted } from './internal/event-calls.ts';
import { DeadLetters, Health } from './internal/health.ts';
import * as management from './internal/management.ts';
import { AwaitActive, RenewLease, ReturnLease } from './internal/policy-sets.ts';
import { ScanContent } from './internal/scan.ts';

/** Every message of the system. Permissions, streams and the message reference are made from this list. */
export const allContracts: readonly Contract[] = [
  SyncAccess,
  RevisionChanged,
  RenewLease,
  ReturnLease,
  AwaitActive,
  ...Object.values(management),
  EvaluateToolCalls,
  DryRunToolCall,
  ScanContent,
  ToolCallsSubmitted,
  ResumeToolCalls,
  OutcomesReported,
  ReportOutcome,
  FindFinalDecisions,
  PublicEvents,
  ClaimApprovals,
  ReportVerdicts,
  ListApprovals,
  GetApproval,
  VoteOnApproval,
  CancelApproval,
  ReadApprovalStatuses,
  ApprovalResolved,
  ...Object.values(channels),
  DecisionsLogged,
  ListDecisions,
  GetDecision,
  ReviewDecision,
  DeadLetters,
  ...Object.values(Health),
];
