import type { Severity, ThreatType } from './threat.ts';

/**
 * What one threat weighs. `low`: worth knowing, stays in the low band even with a second one. `medium`: a person should look when policies say so.
 * `high`: reaches the high band by itself. `critical`: over 0.9 by itself (`rm -rf /`, a reverse shell, a live key).
 */
export const WEIGHTS: Readonly<Record<Severity, number>> = { low: 0.15, medium: 0.5, high: 0.8, critical: 0.95 };

/** How much of a further type's weight counts: attacks of several types are often one attack seen twice. */
const FURTHER_TYPES = 0.3;

/**
 * 0..1. The gravest threat of each type counts: 1 - (1 - w₁) · Π (1 - 0.3 · wᵢ), gravest type first.
 * INVARIANT: monotone: a threat more never lowers it, since a new gravest one replaces a factor by smaller ones.
 */
export function riskScore(threats: Iterable<Readonly<{ type: ThreatType; severity: Severity }>>): number {
  const gravest = new Map<ThreatType, number>();
  for (const { type, severity } of threats) gravest.set(type, Math.max(gravest.get(type) ?? 0, WEIGHTS[severity]));
  const weights = [...gravest.values()].sort((a, b) => b - a);
  const safe = weights.reduce((product, weight, index) => product * (1 - (index === 0 ? weight : FURTHER_TYPES * weight)), 1);
  return Math.round((1 - safe) * 1_000) / 1_000;
}
