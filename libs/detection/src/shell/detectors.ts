import type { Detector } from '../rule.ts';
import { commandAnalysers } from './commands.ts';
import { connectingPrograms } from './connecting-programs.ts';
import { textRules } from './text-rules.ts';

export const shellDetectors: readonly Detector[] = [...commandAnalysers, ...connectingPrograms, ...textRules];
