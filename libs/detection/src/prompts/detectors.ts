import type { Detector } from '../rule.ts';
import { phraseAnalyser } from './phrases.ts';
import { taskAnalyser } from './tasks.ts';

export const promptsDetectors: readonly Detector[] = [phraseAnalyser, taskAnalyser];
