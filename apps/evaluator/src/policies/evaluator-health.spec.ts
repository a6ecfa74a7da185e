import { describe, expect, it } from '@jest/globals';
import { EvaluatorHealth } from './evaluator-health.ts';

describe('the health of an evaluator', () => {
  it.each([
    ['it holds policies that policy-admin confirms', true, 2, true, []],
    ['there is no guard, and policy-admin confirms that', true, 0, true, []],
    ['it has no policies and no lease', true, 0, false, ['policy sets', 'lease']],
    ['policy-admin is out of reach', true, 2, false, ['lease']],
    ['nats is', false, 2, false, ['nats', 'lease']],
  ])('%s', (_what, connected, guards, fresh, notWell) => {
    const health = new EvaluatorHealth({ connected }, { guards, applied: 7 }, { freshness: () => (fresh ? { fresh } : { fresh, forMs: 1 }) }, { health: () => ({ part: 'postgres', ok: true }) });
    expect(health.parts().filter(({ ok }) => !ok).map(({ part }) => part)).toEqual(notWell);
    expect(health.parts().map(({ part }) => part)).toEqual(['nats', 'policy sets', 'lease', 'postgres']);
  });

  it('says so when postgres does not answer', () => {
    const health = new EvaluatorHealth({ connected: true }, { guards: 1, applied: 7 }, { freshness: () => ({ fresh: true }) }, { health: () => ({ part: 'postgres', ok: false, detail: 'does not answer' }) });
    expect(health.parts().filter(({ ok }) => !ok)).toEqual([{ part: 'postgres', ok: false, detail: 'does not answer' }]);
  });
});
