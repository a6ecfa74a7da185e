/** What a threat is, in the words of the API and of policies (`threat_types`). */
export const THREAT_TYPES = [
  'shell_injection',
  'destructive_command',
  'sensitive_file_access',
  'path_traversal',
  'network_exfiltration',
  'reverse_shell',
  'ssrf',
  'sql_injection',
  'code_injection',
  'prompt_injection',
  'privilege_escalation',
  'credential_exposure',
  'pii_exposure',
  'persistence',
  /** The scan met an error or spent its budget: something may have been missed. */
  'scan_incomplete',
] as const;
export type ThreatType = (typeof THREAT_TYPES)[number];

/** From a hint to something that no unattended agent should do. Their weights stand in `risk.ts`. */
export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One finding. `start` and `end` are UTF-16 offsets into the string at `path`, as it was sent. */
export type Threat = Readonly<{
  type: ThreatType;
  severity: Severity;
  /** Id of the rule, as in `docs/detection-rules.md`. */
  rule: string;
  /** JSON pointer into what was scanned; empty: the whole of it. */
  path: string;
  start: number;
  end: number;
  /** What matched, at most 80 characters; secrets and personal data masked. */
  match: string;
  /** One sentence. */
  message: string;
  /** The encodings undone before it showed, outermost first. */
  decoded?: readonly string[];
}>;

export type Scan = Readonly<{
  /** 0..1; bands: low < 0.3 <= medium < 0.7 <= high. */
  risk_score: number;
  /** Each type once, the gravest first. */
  threats_detected: readonly ThreatType[];
  /** The gravest first. */
  threats: readonly Threat[];
}>;
