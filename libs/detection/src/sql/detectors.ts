import type { Detector } from '../rule.ts';
import { effectRules } from './effect-rules.ts';
import { analyseValue } from './injection.ts';
import { injectionRules } from './injection-rules.ts';
import { analyseQuery } from './query.ts';

export const sqlDetectors: readonly Detector[] = [
  { name: 'sql values', rules: injectionRules, roles: ['value', 'path', 'url', 'host', 'secret', 'address', 'prose'], literals: [], analyse: analyseValue },
  { name: 'sql statements', rules: effectRules, roles: ['sql'], literals: [], analyse: analyseQuery },
];
