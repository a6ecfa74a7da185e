import type { Detector } from '../rule.ts';

export const shellDetectors: readonly Detector[] = [];
