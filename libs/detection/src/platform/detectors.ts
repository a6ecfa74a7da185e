import type { Detector } from '../rule.ts';
import { secretFilesInArguments } from './files/in-arguments.ts';
import { secretFilesInCode } from './files/in-code.ts';
import { startFilesAsTargets, webShells, writtenToStartFiles } from './files/written.ts';
import { posixCommands } from './posix/detector.ts';

export const platformDetectors: readonly Detector[] = [secretFilesInArguments, secretFilesInCode, writtenToStartFiles, startFilesAsTargets, webShells, posixCommands];
