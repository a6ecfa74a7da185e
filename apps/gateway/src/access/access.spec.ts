import { describe, expect, it } from '@jest/globals';
import type { KeyAccess } from '@holdpoint/contracts';
import { guardAccess, keyAccess, secret } from '../testing/fake-services.ts';
import { AccessStore, isSecretOf, maySee, type AccessChanges } from './access-store.ts';
import { clientAddress, inRanges, parseRange, type AddressRange } from './client-address.ts';

describe('the address of a client', () => {
  const trusted = ranges('10.0.0.0/8', 'fd00::/8');

  it.each<[string, string | undefined, string | undefined, string | null]>([
    ['no proxy: the socket', '203.0.113.7', undefined, '203.0.113.7'],
    ['a stranger says who they are: the socket', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['a trusted proxy: who it names', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['a trusted proxy that names nobody: itself', '10.0.0.1', undefined, '10.0.0.1'],
    ['a forged start of the list does not count', '10.0.0.1', '127.0.0.1, 198.51.100.1', '198.51.100.1'],
    ['two trusted proxies', '10.0.0.1', '198.51.100.1, 10.9.9.9', '198.51.100.1'],
    ['only trusted proxies: the first', '10.0.0.1', '10.1.1.1, 10.2.2.2', '10.1.1.1'],
    ['IPv4 in IPv6', '::ffff:203.0.113.7', undefined, '203.0.113.7'],
    ['a trusted proxy over IPv6', 'fd00::1', '2001:db8::5', '2001:db8::5'],
    ['a list that cannot be read', '10.0.0.1', '198.51.100.1, nonsense', null],
    ['an address in a spelling of its own', '10.0.0.1', '0x7f.1', null],
    ['no socket', undefined, '198.51.100.1', null],
  ])('%s', (_what, socket, forwardedFor, address) => {
    expect(clientAddress(socket, forwardedFor, trusted)).toBe(address);
  });

  it.each([
    ['203.0.113.7', ['203.0.113.0/24'], true],
    ['203.0.114.7', ['203.0.113.0/24'], false],
    ['203.0.113.7', ['203.0.113.7'], true],
    ['::ffff:203.0.113.7', ['203.0.113.7/32'], true],
    ['2001:db8::1', ['2001:db8::/32'], true],
    ['2001:db8::1', ['0.0.0.0/0'], false],
    ['1.2.3.4', [], false],
  ])('%s in %j: %s', (address, texts, within) => {
    expect(inRanges(address, ranges(...texts))).toBe(within);
  });

  it.each(['', '1.2.3', '1.2.3.4/33', '1.2.3.4/', '1.2.3.4/8/8', '::/129', 'host', '1.2.3.4/-1', '01.2.3.4'])('%j is no range', (text) => {
    expect(parseRange(text)).toBeNull();
  });
});

describe('keys and guards held by a gateway', () => {
  it('a secret is right or wrong by its hash', () => {
    const store = holding({ keys: [keyAccess('k'), keyAccess('broken', { secret_hash: 'xyz' })] });
    expect(isSecretOf(store.key('k')!, secret)).toBe(true);
    expect(isSecretOf(store.key('k')!, secret.replace(/.$/, 'B'))).toBe(false);
    expect(isSecretOf(store.key('broken')!, secret)).toBe(false);
  });

  it.each<[KeyAccess['guards'], boolean]>([
    ['*', true],
    [['default'], true],
    [['other'], false],
    [['defaul', 'default_'], false],
  ])('a key of the guards %j may see `default`: %s', (guards, sees) => {
    expect(maySee(holding({ keys: [keyAccess('k', { guards })] }).key('k')!, 'default')).toBe(sees);
  });

  it('a deleted guard is gone, a revoked key says so', () => {
    const store = holding({ keys: [keyAccess('k')], guards: [guardAccess('g')] });
    store.apply(changes({ keys: [keyAccess('k', { revoked: true })], guards: [guardAccess('g', { deleted: true })], revision: 2 }));
    expect(store.guard('g')).toBeUndefined();
    expect(store.key('k')?.access.revoked).toBe(true);
    expect(store.revision).toBe(2);
  });

  it('are trusted for as long as the guard says after policy-admin was last asked, and at least 5 s', () => {
    const store = new AccessStore();
    const minute = guardAccess('minute');
    const zero = guardAccess('zero', { max_policy_staleness_seconds: 0 });
    expect(store.isTrusted(0, minute)).toBe(false);
    store.confirm(1_000);
    expect([61_000, 61_001].map((now) => store.isTrusted(now, minute))).toEqual([true, false]);
    expect([6_000, 6_001].map((now) => store.isTrusted(now, zero))).toEqual([true, false]);
  });

  it('of a range that cannot be read admit nobody by it', () => {
    expect(holding({ keys: [keyAccess('k', { ip_ranges: ['nonsense'] })] }).key('k')?.ranges).toEqual([]);
  });
});

function ranges(...texts: string[]): AddressRange[] {
  return texts.map((text) => parseRange(text)!);
}

const changes = (more: Partial<AccessChanges>): AccessChanges => ({ keys: [], guards: [], revision: 1, more: false, live_evaluators: 1, ...more });

function holding(more: Partial<AccessChanges>): AccessStore {
  const store = new AccessStore();
  store.apply(changes(more));
  return store;
}
