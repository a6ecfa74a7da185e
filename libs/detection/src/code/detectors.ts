import type { Detector } from '../rule.ts';
import { calls } from './calls.ts';
import { documents } from './documents.ts';
import { java } from './java.ts';
import { javascript } from './javascript.ts';
import { log4shell } from './log4shell.ts';
import { php } from './php.ts';
import { python } from './python.ts';
import { templates } from './templates.ts';
import { xss } from './xss.ts';

export const codeDetectors: readonly Detector[] = [...calls, ...php, ...javascript, ...python, ...java, log4shell, ...templates, ...xss, ...documents];
