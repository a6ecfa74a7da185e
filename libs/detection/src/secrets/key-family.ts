import type { Rule } from '../rule.ts';
import type { Severity } from '../threat.ts';

/** Keys that one rule tells: what they begin with (two characters or more, case matters) and the expression for what follows. */
export type KeyFamily = Readonly<{
  rule: Rule;
  formats: readonly (readonly [starts: readonly string[], rest: string])[];
  /** Whose keys they are: in a command that calls one of these hosts they are where they belong. */
  hosts?: RegExp;
  accepts?: (key: string) => boolean;
}>;

type Told = Readonly<{ id: string; severity?: Severity; sees: string; key: string; harmless: string; source?: string }>;

/** A rule that fires on `key` in a message, and not on the output `harmless`. */
export function keyRule({ id, severity = 'critical', sees, key, harmless, source }: Told): Rule {
  return {
    id: `secrets.${id}`,
    type: 'credential_exposure',
    severity,
    sees,
    positive: { tool: 'post_message', arguments: { channel: '#general', text: `use ${key} for now` } },
    nearMiss: { output: harmless },
    ...(source !== undefined && { source }),
  };
}
