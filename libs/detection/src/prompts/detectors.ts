import type { Detector } from '../rule.ts';
import { chatMarkupRules } from './chat-markup.ts';
import { disguises } from './disguises.ts';
import { exfiltrationAnalyser, exfiltrationRules } from './exfiltration.ts';
import { fieldRule } from './fields.ts';
import { hiddenAnalyser, hiddenRules } from './hidden.ts';
import { beyondLatinAnalyser, disguisedOverride } from './invisible.ts';
import { orderAnalyser } from './phrases.ts';
import { splitTextRule } from './split-text.ts';

export const promptsDetectors: readonly Detector[] = [orderAnalyser, ...chatMarkupRules, hiddenAnalyser, ...hiddenRules, exfiltrationAnalyser, ...exfiltrationRules, beyondLatinAnalyser, disguisedOverride, ...disguises, fieldRule, splitTextRule];
