import type { Detector } from '../rule.ts';

export const pathsDetectors: readonly Detector[] = [];
