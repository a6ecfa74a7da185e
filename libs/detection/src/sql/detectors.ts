import type { Detector } from '../rule.ts';

export const sqlDetectors: readonly Detector[] = [];
