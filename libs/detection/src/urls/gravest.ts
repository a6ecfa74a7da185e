import type { Rule } from '../rule.ts';
import { SEVERITIES } from '../threat.ts';

export const gravest = (rules: readonly (Rule | undefined)[]): Rule | undefined =>
  rules.reduce<Rule | undefined>((worst, rule) => (rule && (!worst || SEVERITIES.indexOf(rule.severity) > SEVERITIES.indexOf(worst.severity)) ? rule : worst), undefined);
