import type { Detector } from '../rule.ts';
import { nationalIds } from './national-ids.ts';
import { numbers } from './numbers.ts';

export const personalDetectors: readonly Detector[] = [numbers, ...nationalIds];
