import type { Detector } from '../rule.ts';
import { windowed } from '../windowed.ts';
import { specialPaths } from './special-paths.ts';
import { traversal } from './traversal.ts';

export const pathsDetectors: readonly Detector[] = [traversal, ...specialPaths.map((rule) => windowed(rule))];
