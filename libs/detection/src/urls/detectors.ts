import type { Detector } from '../rule.ts';

export const urlsDetectors: readonly Detector[] = [];
