import type { Detector } from '../rule.ts';
import { windowed } from '../windowed.ts';
import { argumentRules } from './argument-rules.ts';
import { commandAnalysers } from './commands.ts';
import { connectingPrograms } from './connecting-programs.ts';
import { injectionAnalyser } from './injection.ts';
import { programDestruction } from './program-destruction.ts';
import { graphEmptied, processorRules, storeRules } from './store-rules.ts';
import { textRules } from './text-rules.ts';

export const shellDetectors: readonly Detector[] = [...commandAnalysers, ...connectingPrograms, ...textRules, ...argumentRules, ...[...programDestruction, ...storeRules, graphEmptied, ...processorRules].map((rule) => windowed(rule)), injectionAnalyser];
