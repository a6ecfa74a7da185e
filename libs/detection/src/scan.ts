import { allDetectors } from './all-detectors.ts';
import { callAnalysers } from './calls/detectors.ts';
import { type Rule, rulesOf } from './rule.ts';
import { incompleteRule, type ScannedCall, Scanner, type ScanOptions } from './scanner.ts';
import { type Change, sanitize } from './sanitize.ts';
import type { Scan } from './threat.ts';

const scanner = new Scanner(allDetectors, callAnalysers);

/** Every rule that looks at a text or a call, once, ordered by subject. */
export const allRules: readonly Rule[] = [...new Set([...allDetectors.flatMap(rulesOf), ...callAnalysers.flatMap(({ rules }) => rules)])];

/** The one rule that looks at the scan itself. */
export { incompleteRule };

export type AboutOutput = Readonly<{ tool?: string | undefined }>;

/** The threats in a tool call's arguments, each string read as its field is meant. Never throws: what could not be scanned is a threat. */
export const scanCall = (call: ScannedCall, options?: ScanOptions): Scan => scanner.scanCall(call, options);

/** The threats in what a tool returned, or in any other content: a text, or JSON whose strings are read one by one. Never throws. */
export const scanOutput = (output: unknown, about?: AboutOutput, options?: ScanOptions): Scan => scanner.scanOutput(output, about, options);

export type SanitizedCall = Readonly<{ arguments: Readonly<Record<string, unknown>>; changes: readonly Change[]; clean: boolean; scan: Scan }>;
export type SanitizedOutput = Readonly<{ output: unknown; changes: readonly Change[]; clean: boolean; scan: Scan }>;

/** A call's arguments without what a scan finds of medium severity or more; secrets and personal data are masked, the rest is removed. Never throws. */
export function sanitizeArguments({ name, type, arguments: toolArguments }: ScannedCall): SanitizedCall {
  const { value, ...rest } = sanitize(toolArguments, (at) => scanner.scanCall({ name, type, arguments: at as SanitizedCall['arguments'] }, { extent: 'all' }));
  return { arguments: value as SanitizedCall['arguments'], ...rest };
}

/** The same for an output, a text or JSON. Never throws. */
export function sanitizeOutput(output: unknown, about?: AboutOutput): SanitizedOutput {
  const { value, ...rest } = sanitize(output, (at) => scanner.scanOutput(at, about, { extent: 'all' }));
  return { output: value, ...rest };
}
