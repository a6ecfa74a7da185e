import type { Detector } from '../rule.ts';
import { analyseValue } from './injection.ts';
import { injectionRules } from './injection-rules.ts';

export const sqlDetectors: readonly Detector[] = [
  { name: 'sql values', rules: injectionRules, roles: ['value', 'path', 'url', 'host', 'secret', 'address', 'prose'], literals: [], analyse: analyseValue },
];
