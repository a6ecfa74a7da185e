import type { Detector } from '../rule.ts';
import { chatMarkupRules } from './chat-markup.ts';
import { exfiltrationAnalyser, exfiltrationRules } from './exfiltration.ts';
import { hiddenAnalyser, hiddenRules } from './hidden.ts';
import { beyondLatinAnalyser, disguisedOverride } from './invisible.ts';
import { phraseAnalyser } from './phrases.ts';
import { splitTextRule } from './split-text.ts';
import { taskAnalyser } from './tasks.ts';

export const promptsDetectors: readonly Detector[] = [phraseAnalyser, taskAnalyser, ...chatMarkupRules, hiddenAnalyser, ...hiddenRules, exfiltrationAnalyser, ...exfiltrationRules, beyondLatinAnalyser, disguisedOverride, splitTextRule];
