import type { Detector } from '../rule.ts';
import { secretFilesInArguments } from './files/in-arguments.ts';
import { secretFilesInCode } from './files/in-code.ts';

export const platformDetectors: readonly Detector[] = [secretFilesInArguments, secretFilesInCode];
