import { describe, expect, it } from '@jest/globals';
import { ScanResponse } from '@holdpoint/contracts';
import { scannerName } from './seen.ts';
import { scanContent } from './scan-content.ts';

const liveKey = ['AKIA', 'Z7KQ2MNB5TWX4VRA'].join('');

describe('a content', () => {
  it.each([['a text', 'The weather is fine.'], ['JSON', { status: 200, items: ['a', 1, null] }], ['nothing', null], ['an empty text', '']])('that is harmless is allowed as it is: %s', (_what, content) => {
    expect(scanContent({ content, trace_id: 't' })).toEqual({
      action: 'allow', risk_score: 0, threats_detected: [], threats: [], message: 'Allowed: nothing in it looks like an attack.', metadata: { scanner: scannerName, trace_id: 't' },
    });
  });

  it('that gives a secret away comes back without it, in its own shape', () => {
    const answer = scanContent({ content: { env: `AWS_ACCESS_KEY_ID=${liveKey}`, region: 'eu-west-1' }, tool_name: 'read_file', trace_id: 't' });
    expect(ScanResponse.safeParse(answer).success).toBe(true);
    expect(answer).toMatchObject({ action: 'sanitize', threats_detected: expect.arrayContaining(['credential_exposure']), processed_content: { region: 'eu-west-1' }, changes: expect.arrayContaining([expect.objectContaining({ path: '/env', how: 'masked' })]) });
    expect(answer.risk_score).toBeGreaterThanOrEqual(0.7);
    expect(JSON.stringify(answer)).not.toContain(liveKey);
    expect(scanContent({ content: answer.processed_content, tool_name: 'read_file', trace_id: 't' }).risk_score).toBeLessThan(0.3);
  });

  it('that cannot be cleaned is blocked', () => {
    const nested = Array.from({ length: 300 }).reduce<unknown>((inner) => [inner], 'x');
    expect(scanContent({ content: nested, trace_id: 't' })).toMatchObject({ action: 'block', code: 'could_not_sanitize', threats_detected: ['scan_incomplete'] });
  });
});
