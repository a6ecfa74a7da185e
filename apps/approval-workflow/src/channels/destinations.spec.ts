import { describe, expect, it } from '@jest/globals';
import { DestinationRefused, Destinations, parseRange, type Range, type Resolve } from './destinations.ts';

const nobody: Resolve = () => Promise.reject(new Error('nobody is asked'));
const publicOnly = new Destinations([], nobody);

describe('addresses', () => {
  it.each(['8.8.8.8', '1.1.1.1', '93.184.216.34', '223.255.255.254', '2606:4700::1111', '2a00:1450:4001:81b::200e', '2001:4860:4860::8888', '::ffff:8.8.8.8'])('%s is public', (address) =>
    expect(publicOnly.allows(address)).toBe(true),
  );

  it.each([
    ['this host', ['0.0.0.0', '0.1.2.3', '::']],
    ['loopback', ['127.0.0.1', '127.255.255.254', '::1']],
    ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.0.1', 'fc00::1', 'fd00:ec2::254', 'fec0::1']],
    ['link-local and metadata', ['169.254.169.254', '169.254.0.1', 'fe80::1', 'fe80::1%eth0', '168.63.129.16', '192.0.0.192', '100.100.100.200']],
    ['carrier-grade NAT', ['100.64.0.1', '100.127.255.255']],
    ['mapped and embedded IPv4', ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::127.0.0.1', '::7f00:1', '::ffff:0:127.0.0.1', '64:ff9b::7f00:1', '64:ff9b::10.0.0.1', '64:ff9b:1::7f00:1']],
    ['tunnels', ['2002:7f00:1::', '2002:a00:1::1', '2001::1', '2001:0:7f00:1::']],
    ['multicast and broadcast', ['224.0.0.1', '239.255.255.255', '255.255.255.255', 'ff02::1', 'ff0e::1']],
    ['documentation and benchmarks', ['192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '198.19.255.255', '2001:db8::1', '3fff::1', '2001:2::1']],
    ['reserved', ['240.0.0.1', '192.0.0.1', '192.88.99.1', '100::1', '4000::1', '5f00::1', 'e000::1', '2001:10::1', '2001:20::1']],
    ['what is no address', ['', 'localhost', '1', '127.1', '0127.0.0.1', '0x7f.0.0.1', '2130706433', '1.2.3.4.5', '::g', '8.8.8.8 ', '8.8.8.8\0']],
  ])('%s are not', (_, addresses) => {
    expect(addresses.filter((address) => publicOnly.allows(address))).toEqual([]);
  });

  it('that the operator names are allowed besides, and no others', () => {
    const some = new Destinations(ranges('10.1.0.0/16', '127.0.0.1', 'fd00:1::/32'), nobody);
    expect(['10.1.0.1', '10.1.255.255', '127.0.0.1', '::ffff:127.0.0.1', 'fd00:1::5', '8.8.8.8'].filter((address) => !some.allows(address))).toEqual([]);
    expect(['10.2.0.1', '127.0.0.2', '::1', 'fd00:2::1', '169.254.169.254'].filter((address) => some.allows(address))).toEqual([]);
  });
});

describe('URLs', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://①②⑦.⓪.⓪.①/',
    'http://127。0。0。1/',
    'http://%31%32%37.0.0.1/',
    'http://127.0.0.1./',
    'http://0/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::127.0.0.1]/',
    'http://[2002:7f00:1::]/',
    'http://[fe80::1]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://192.168.1.1:8443/hook',
  ])('%s is refused as it is written', (url) => expect(publicOnly.problemWith(url)).toMatch(/public address/));

  it.each(['', 'example.com', '//example.com', 'ftp://example.com/', 'file:///etc/passwd', 'javascript:alert(1)', 'http://', 'http://a b/', 'http://[fe80::1%25eth0]/', 'https://user@example.com/', 'https://:pw@example.com/'])(
    '%j is no destination',
    (url) => expect(publicOnly.problemWith(url)).not.toBeNull(),
  );

  it.each(['https://example.com/hook?x=1', 'http://example.com:8080/', 'https://8.8.8.8/', 'https://[2606:4700::1111]/', 'https://localhost/'])('%s may be tried', (url) => expect(publicOnly.problemWith(url)).toBeNull());
});

describe('connecting', () => {
  it('asks for the addresses once, and goes to those that were checked', async () => {
    const asked: string[] = [];
    const answers = [['93.184.216.34'], ['127.0.0.1']];
    const rebinding = new Destinations([], (host) => {
      asked.push(host);
      return Promise.resolve(found(...(answers[asked.length - 1] ?? [])));
    });
    expect(await rebinding.addressesOf(new URL('https://example.com/'))).toEqual(found('93.184.216.34'));
    expect(asked).toEqual(['example.com']);
    await expect(rebinding.addressesOf(new URL('https://example.com/'))).rejects.toBeInstanceOf(DestinationRefused);
  });

  it('leaves out what is not allowed among several addresses', async () => {
    const mixed = new Destinations([], () => Promise.resolve(found('127.0.0.1', '93.184.216.34', '::1')));
    expect(await mixed.addressesOf(new URL('https://example.com/'))).toEqual(found('93.184.216.34'));
  });

  it('checks an address in the URL without asking anybody', async () => {
    await expect(publicOnly.addressesOf(new URL('http://[::1]:8080/'))).rejects.toThrow(/`::1`/);
    await expect(publicOnly.addressesOf(new URL('http://2130706433/'))).rejects.toThrow(/`127.0.0.1`/);
    expect(await publicOnly.addressesOf(new URL('https://8.8.8.8/'))).toEqual(found('8.8.8.8'));
  });

  it('says when a host has no address', async () => {
    await expect(new Destinations([], () => Promise.resolve([])).addressesOf(new URL('https://example.com/'))).rejects.toThrow(/no address/);
  });
});

describe('a range', () => {
  it.each(['10.0.0.0/8', '0.0.0.0/0', '127.0.0.1', 'fd00::/8', '::1', '::/0', '10.0.0.0/32'])('%s is one', (text) => expect(parseRange(text)).not.toBeNull());
  it.each(['', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/08', '10.0.0.0/', '10.0.0.0/8/8', '10/8', 'fd00::/129', 'fe80::1%eth0', 'localhost', '10.0.0.0 /8', '0x0a.0.0.0/8'])('%j is none', (text) =>
    expect(parseRange(text)).toBeNull(),
  );
});

function ranges(...texts: readonly string[]): readonly Range[] {
  return texts.map(parseRange).filter((range) => range !== null);
}

function found(...addresses: readonly string[]): { address: string; family: number }[] {
  return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
}
