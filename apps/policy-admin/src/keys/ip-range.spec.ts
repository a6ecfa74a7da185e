import { describe, expect, it } from '@jest/globals';
import { isIpRange } from './ip-range.ts';

describe('an IP range', () => {
  it.each([['10.0.0.0/8'], ['192.168.1.7'], ['0.0.0.0/0'], ['::1'], ['2001:db8::/32'], ['::ffff:10.0.0.1/128']])('%s is one', (text) => {
    expect(isIpRange(text)).toBe(true);
  });

  it.each([['10.0.0.0/33'], ['10.0.0/8'], ['10.0.0.0/'], ['10.0.0.0/08'], ['::/129'], ['fe80::1%eth0'], ['10.0.0.0/8/8'], ['0x7f.1'], [' 10.0.0.1'], ['localhost'], ['/8'], ['10.0.0.1/-1']])('%s is none', (text) => {
    expect(isIpRange(text)).toBe(false);
  });
});
