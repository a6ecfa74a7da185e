import type { Detector } from '../rule.ts';
import { windowed } from '../windowed.ts';
import { specialUrls } from './special-urls.ts';
import { mentioned, requested } from './ssrf.ts';

export const urlsDetectors: readonly Detector[] = [requested, mentioned, ...specialUrls.map((rule) => windowed(rule))];
