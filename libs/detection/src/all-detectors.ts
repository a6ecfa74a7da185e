import { codeDetectors } from './code/detectors.ts';
import { pathsDetectors } from './paths/detectors.ts';
import { personalDetectors } from './personal/detectors.ts';
import { platformDetectors } from './platform/detectors.ts';
import { promptsDetectors } from './prompts/detectors.ts';
import type { Detector } from './rule.ts';
import { secretsDetectors } from './secrets/detectors.ts';
import { shellDetectors } from './shell/detectors.ts';
import { sqlDetectors } from './sql/detectors.ts';
import { urlsDetectors } from './urls/detectors.ts';

export const allDetectors: readonly Detector[] = [
  ...shellDetectors,
  ...platformDetectors,
  ...sqlDetectors,
  ...pathsDetectors,
  ...urlsDetectors,
  ...codeDetectors,
  ...secretsDetectors,
  ...personalDetectors,
  ...promptsDetectors,
];
