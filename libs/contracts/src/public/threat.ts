import { z } from 'zod';

/** One finding of the scanner, as it stands in an answer. Long paths are cut, and of many findings the gravest are told. */
export const Threat = z.object({
  /** As in a policy's `threat_types`. A name that is not known yet is read, too: scanners learn. */
  type: z.string(),
  severity: z.enum(['low', 'medium', 'high', 'critical']),
  /** Id of the rule, as in `docs/detection-rules.md`. */
  rule: z.string(),
  /** JSON pointer into what was scanned; empty: the whole of it. */
  path: z.string(),
  /** UTF-16 offsets into the string at `path`, as it was sent. */
  start: z.int().min(0),
  end: z.int().min(0),
  /** What matched, at most 80 characters; secrets and personal data masked. */
  match: z.string(),
  message: z.string(),
  /** The encodings undone before it showed, outermost first. */
  decoded: z.array(z.string()).optional(),
});
export type Threat = z.output<typeof Threat>;

/** What was taken out of a string, or masked in it, and for which rule. */
export const Change = z.object({
  /** JSON pointer into what was cleaned; empty: the whole of it. */
  path: z.string(),
  rule: z.string(),
  type: z.string(),
  how: z.enum(['removed', 'masked']),
});
export type Change = z.output<typeof Change>;

/** 0..1, from the threats alone; low < 0.3 <= medium < 0.7 <= high. */
export const RiskScore = z.number().min(0).max(1);

/** What the scanner found in the arguments of one call. */
export const Findings = z.object({
  risk_score: RiskScore,
  /** Each type once, the gravest first. */
  threats_detected: z.array(z.string()),
  threats: z.array(Threat),
});
export type Findings = z.output<typeof Findings>;
