import type { Detector } from '../rule.ts';
import { providerKeys } from './provider-keys.ts';

export const secretsDetectors: readonly Detector[] = [providerKeys];
