import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Threat } from '@holdpoint/contracts';
import { scanCall, type Threat as FoundThreat } from '@holdpoint/detection';
import { scannerName, seenIn, toldChanges } from './seen.ts';

describe('what an answer says of a scan', () => {
  it('is who scanned, by name and version', () => {
    const { name, version } = JSON.parse(readFileSync(new URL('../../../../libs/detection/package.json', import.meta.url), 'utf8')) as { name: string; version: string };
    expect(scannerName).toBe(`${name.replace('@holdpoint/', 'holdpoint-')}/${version}`);
  });

  it('is what the scanner found, as the contract has it', () => {
    const scan = scanCall({ name: 'read_file', arguments: { path: '../../../../etc/passwd' } });
    const seen = seenIn(scan);
    expect(seen).toEqual({ scanner: scannerName, ...scan });
    for (const threat of seen.threats) expect(Threat.parse(threat)).toEqual(threat);
    expect(seen.threats.length).toBeGreaterThan(0);
  });

  it('keeps score and types whole where the threats themselves are too many, and tells the gravest', () => {
    const threats = Array.from({ length: 100 }, (_, at) => found({ severity: at === 0 ? 'critical' : 'low', path: `/${'k'.repeat(5_000)}/${at}` }));
    const seen = seenIn({ risk_score: 0.95, threats_detected: ['ssrf', 'persistence'], threats });
    expect(seen).toMatchObject({ risk_score: 0.95, threats_detected: ['ssrf', 'persistence'] });
    expect(seen.threats[0]?.severity).toBe('critical');
    expect(seen.threats.length).toBeGreaterThan(5);
    expect(Buffer.byteLength(JSON.stringify(seen.threats))).toBeLessThan(9_000);
    expect(seen.threats[0]?.path).toHaveLength(257);
  });

  it('bounds the list of changes, too', () => {
    const changes = Array.from({ length: 5_000 }, (_, at) => ({ path: `/${at}`, rule: 'pii.email', type: 'pii_exposure', how: 'masked' }) as const);
    expect(toldChanges(changes.slice(0, 3))).toEqual(changes.slice(0, 3));
    expect(Buffer.byteLength(JSON.stringify(toldChanges(changes)))).toBeLessThan(9_000);
  });
});

function found(given: Partial<FoundThreat>): FoundThreat {
  return { type: 'ssrf', severity: 'high', rule: 'url.x', path: '', start: 0, end: 1, match: 'x', message: 'Seen.', ...given };
}
