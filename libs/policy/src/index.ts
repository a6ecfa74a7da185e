export { runCases, type CaseReport, type CaseResult } from './cases.ts';
export { checkPolicyDraft } from './check-policy.ts';
export { cleaned, type Cleaning, type SettledVerdict } from './cleaned.ts';
export type { Problem } from './draft-reader.ts';
export { evaluate, evaluateWithin, type DecidedVerdict, type LimitVerdict, type MetLimit, type Verdict, type VerdictWithin } from './evaluate.ts';
export { explain, type Explanation, type ExplanationLine, type Outcome } from './explain.ts';
export { isToolName, THREAT_TYPES } from './policy.ts';
export type { ApprovalConfig, ArgumentPredicate, Conditions, Day, DefaultAction, Policy, PolicyAction, RateLimit, RateLimitKey, TimeWindow, ToolCallFacts, VerdictAction } from './policy.ts';
export { compilePolicySet, type CompiledPolicySet, type PolicySetSource } from './policy-set.ts';
