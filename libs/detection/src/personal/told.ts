import type { Rule } from '../rule.ts';

/** A rule of what a tool returned; `high` unless it says otherwise. */
export type Told = Readonly<{ id: string; severity?: Rule['severity']; sees: string; positive: string; harmless: string; source?: string }>;

export const ruleOfOutput = ({ id, severity = 'high', sees, positive, harmless, source }: Told): Rule => ({
  id: `personal.${id}`,
  type: 'pii_exposure',
  severity,
  sees,
  positive: { output: positive },
  nearMiss: { output: harmless },
  ...(source !== undefined && { source }),
});
