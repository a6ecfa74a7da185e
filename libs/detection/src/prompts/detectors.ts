import type { Detector } from '../rule.ts';

export const promptsDetectors: readonly Detector[] = [];
