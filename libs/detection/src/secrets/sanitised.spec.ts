import { describe, expect, it } from '@jest/globals';
import { personalDetectors } from '../personal/detectors.ts';
import { rulesOf } from '../rule.ts';
import { sanitize } from '../sanitize.ts';
import { Scanner } from '../scanner.ts';
import { secretsDetectors } from './detectors.ts';

const detectors = [...secretsDetectors, ...personalDetectors];
const scanner = new Scanner(detectors);

describe('a masked text', () => {
  it.each(detectors.flatMap(rulesOf).map((rule) => [rule.id, rule.positive] as const))('is no finding any more: %s', (_, example) => {
    const scanned = (value: unknown) =>
      'output' in example ? scanner.scanOutput(value, { tool: example.tool }) : scanner.scanCall({ name: example.tool, type: example.type, arguments: value as Record<string, unknown> });
    expect(sanitize('output' in example ? example.output : example.arguments, scanned)).toMatchObject({ clean: true });
  });
});
