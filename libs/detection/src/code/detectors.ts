import type { Detector } from '../rule.ts';

export const codeDetectors: readonly Detector[] = [];
