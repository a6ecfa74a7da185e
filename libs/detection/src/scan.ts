import { allDetectors } from './all-detectors.ts';
import type { Budget } from './budget.ts';
import { type Rule, rulesOf } from './rule.ts';
import { type ScannedCall, Scanner } from './scanner.ts';
import type { Scan } from './threat.ts';

const scanner = new Scanner(allDetectors);

/** Every rule, ordered by where it stands. */
export const allRules: readonly Rule[] = allDetectors.flatMap(rulesOf);

/** The threats in a tool call's arguments, each string read as its field is meant. Never throws: what could not be scanned is a threat. */
export const scanCall = (call: ScannedCall, budget?: Budget): Scan => scanner.scanCall(call, budget);

/** The threats in what a tool returned, or in any other content: a text, or JSON whose strings are read one by one. Never throws. */
export const scanOutput = (output: unknown, about?: Readonly<{ tool?: string | undefined }>, budget?: Budget): Scan => scanner.scanOutput(output, about, budget);
