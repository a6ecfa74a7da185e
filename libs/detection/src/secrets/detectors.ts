import type { Detector } from '../rule.ts';

export const secretsDetectors: readonly Detector[] = [];
