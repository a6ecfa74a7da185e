import type { Detector } from '../rule.ts';
import { windowed } from '../windowed.ts';
import { analyseCommands, COMMAND_LITERALS } from './commands.ts';
import { effectRules } from './effect-rules.ts';
import { analyseEmbedded, EMBEDDED_LITERALS } from './embedded.ts';
import { foreignDetectors } from './foreign-rules.ts';
import { analyseValue } from './injection.ts';
import { injectionRules } from './injection-rules.ts';
import { outOfBand } from './out-of-band.ts';
import { analyseQuery } from './query.ts';
import { codesOfThings, smuggled } from './smuggled.ts';

export const sqlDetectors: readonly Detector[] = [
  { name: 'sql values', rules: injectionRules, roles: ['value', 'path', 'url', 'host', 'secret', 'address', 'prose'], literals: [], analyse: analyseValue },
  { name: 'sql statements', rules: effectRules, roles: ['sql'], literals: [], analyse: analyseQuery },
  { name: 'sql in commands', rules: [], roles: ['shell'], literals: COMMAND_LITERALS, analyse: analyseCommands },
  { name: 'sql in programs', rules: [], roles: ['code', 'powershell', 'cmd'], literals: EMBEDDED_LITERALS, analyse: analyseEmbedded },
  codesOfThings,
  windowed(smuggled),
  windowed(outOfBand),
  ...foreignDetectors,
];
