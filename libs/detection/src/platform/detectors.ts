import type { Detector } from '../rule.ts';

export const platformDetectors: readonly Detector[] = [];
