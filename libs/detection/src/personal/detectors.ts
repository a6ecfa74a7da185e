import type { Detector } from '../rule.ts';

export const personalDetectors: readonly Detector[] = [];
