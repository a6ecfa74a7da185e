import { describe, expect, it } from '@jest/globals';
import { scanCall } from '../../scan.ts';

describe('the switches of a call', () => {
  it('are read anew in each scan, also of an object that has changed since', () => {
    const given = { org: 'acme', note: 'as agreed', require_mfa: true };
    const rules = (): string[] => scanCall({ name: 'update_org_settings', arguments: given }).threats.map(({ rule }) => rule);
    expect(rules()).toEqual([]);
    given.require_mfa = false;
    expect(rules()).toContain('settings.safeguard-off');
    given.require_mfa = true;
    expect(rules()).toEqual([]);
  });

  it('are judged by each tool for itself', () => {
    const given = { name: 'nightly', status: 'disabled' };
    const rules = (name: string): string[] => scanCall({ name, arguments: given }).threats.map(({ rule }) => rule);
    expect(rules('update_report')).toEqual([]);
    expect(rules('update_policy')).toContain('settings.safeguard-off');
    expect(rules('update_report')).toEqual([]);
  });
});
