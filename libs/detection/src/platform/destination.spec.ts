import { describe, expect, it } from '@jest/globals';
import { destinationOf, hostIn } from './destination.ts';

describe('destinations', () => {
  it.each([
    ['localhost', 'local'],
    ['10.1.2.3', 'local'],
    ['db.internal', 'local'],
    ['web-1', 'local'],
    ['203.0.113.9', 'bare'],
    ['a1.webhook.site', 'drop'],
    ['exfil.example.net', 'hostile'],
    ['api.example.com', 'unknown'],
    ['dropbox.com', 'unknown'],
  ])('%s is %s', (host, destination) => {
    expect(destinationOf(host)).toBe(destination);
  });

  it.each([
    ['https://user:pw@example.com:8443/x?y=1', 'example.com'],
    ['deploy@web-1', 'web-1'],
    ['example.com,C:\\x', 'example.com'],
    ['[::1]:80', '[::1]'],
    ['', ''],
  ])('the host of %j is %j', (address, host) => {
    expect(hostIn(address)).toBe(host);
  });
});
