export { type Example, type Rule } from './rule.ts';
export { riskScore, WEIGHTS } from './risk.ts';
export { type Change } from './sanitize.ts';
export { type AboutOutput, allRules, incompleteRule, sanitizeArguments, type SanitizedCall, type SanitizedOutput, sanitizeOutput, scanCall, scanOutput } from './scan.ts';
export { type ScannedCall, type ScanOptions } from './scanner.ts';
export { type Scan, SEVERITIES, type Severity, type Threat, THREAT_TYPES, type ThreatType } from './threat.ts';
