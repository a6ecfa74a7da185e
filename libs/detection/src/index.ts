export { type ScannedCall } from './scanner.ts';
export { scanCall, scanOutput } from './scan.ts';
export { allRules } from './scan.ts';
export { type Example, type Rule } from './rule.ts';
export { type Scan, SEVERITIES, type Severity, type Threat, THREAT_TYPES, type ThreatType } from './threat.ts';
export { FURTHER_TYPES, riskScore, WEIGHTS } from './risk.ts';
