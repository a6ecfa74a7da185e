import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { riskScore, SEVERITIES, THREAT_TYPES, WEIGHTS } from './index.ts';

const threats = fc.array(fc.record({ type: fc.constantFrom(...THREAT_TYPES), severity: fc.constantFrom(...SEVERITIES) }), { maxLength: 20 });

describe('the risk score', () => {
  it('is 0 without threats, and never above 1', () => {
    expect(riskScore([])).toBe(0);
    fc.assert(fc.property(threats, (some) => riskScore(some) >= 0 && riskScore(some) <= 1));
  });

  it('never falls when a threat comes along, wherever it is listed', () => {
    fc.assert(
      fc.property(threats, threats, (some, more) => {
        expect(riskScore([...more, ...some])).toBeGreaterThanOrEqual(riskScore(some));
        expect(riskScore([...some, ...more])).toBe(riskScore([...more, ...some]));
      }),
    );
  });

  it('is in the band of its gravest threat', () => {
    const only = (severity: (typeof SEVERITIES)[number]) => riskScore([{ type: 'sql_injection', severity }]);
    expect(SEVERITIES.map(only)).toEqual(SEVERITIES.map((severity) => WEIGHTS[severity]));
    expect(only('low')).toBeLessThan(0.3);
    expect(only('medium')).toBeLessThan(0.7);
    expect(only('high')).toBeGreaterThanOrEqual(0.7);
    expect(only('critical')).toBeGreaterThan(0.9);
  });

  it('counts one attack once, however often its type is found', () => {
    expect(riskScore(Array.from({ length: 50 }, () => ({ type: 'sql_injection', severity: 'medium' }) as const))).toBe(WEIGHTS.medium);
  });
});
