import { describe, expect, it } from '@jest/globals';
import { isAtLeast, natsConfig } from './nats-config.ts';

const store = { port: 4222, storeDir: '/data/store', users: [] };

describe('the NATS configuration', () => {
  it('listens on loopback unless told otherwise, takes 8 MiB and monitors nothing', () => {
    const text = natsConfig({ ...store, serverVersion: '2.14.9' });
    expect(text).toContain('listen: "127.0.0.1:4222"');
    expect(text).toContain('max_payload: 8388608');
    expect(text).not.toContain('http');
    expect(natsConfig({ ...store, serverVersion: '2.14.9', host: '0.0.0.0' })).toContain('listen: "0.0.0.0:4222"');
  });

  it.each([
    ['2.9.10', false],
    ['2.10.0', true],
    ['2.14.9', true],
  ])('server %s is told when to sync: %s', (serverVersion, told) => {
    expect(natsConfig({ ...store, serverVersion, sync: 'always' }).includes('sync_interval: "always"')).toBe(told);
  });

  it('forbids what a user is not given, also when that is everything', () => {
    const text = natsConfig({
      ...store,
      serverVersion: '2.14.9',
      users: [{ user: 'evaluator', password: 'p', permissions: { publish: [], subscribe: ['hp.rpc.v1.evaluator.>'], allowResponses: true } }],
    });
    expect(text).toContain('publish: { deny: [">"] }');
    expect(text).toContain('subscribe: { allow: ["hp.rpc.v1.evaluator.>"] }');
    expect(text).toContain('allow_responses');
  });

  it('keeps a quote or a backslash inside its string, and refuses what could start a new line', () => {
    const text = natsConfig({ ...store, serverVersion: '2.14.9', users: [{ user: 'a"b\\c', password: 'p' }] });
    expect(text).toContain('user: "a\\"b\\\\c"');
    expect(() => natsConfig({ ...store, serverVersion: '2.14.9', users: [{ user: 'a\nb', password: 'p' }] })).toThrow('control character');
  });

  it('leaves a password to the environment of the server, by name only', () => {
    const users = (variable: string) => [{ user: 'gateway', password: { variable } }];
    expect(natsConfig({ ...store, serverVersion: '2.14.9', users: users('NATS_PASSWORD_GATEWAY') })).toContain('user: "gateway", password: $NATS_PASSWORD_GATEWAY }');
    expect(() => natsConfig({ ...store, serverVersion: '2.14.9', users: users('A }, { user: b') })).toThrow('name of a variable');
  });

  const door = { issuer: 'AISSUER', system: { user: 'gateway-system', password: 's', permissions: { publish: ['$SYS.REQ.SERVER.*.KICK'], subscribe: ['_INBOX_gateway-system.>'] } } };
  it.each([
    ['2.9.10', false],
    ['2.10.0', true],
    ['2.14.9', true],
  ])('server %s lets the gateway sign in the holders of keys: %s', (serverVersion, open) => {
    const text = natsConfig({ ...store, serverVersion, users: [{ user: 'gateway', password: 'p' }], door });
    expect(text.includes('issuer: "AISSUER"')).toBe(open);
    expect(text.includes('auth_users: ["gateway", "gateway-system"]')).toBe(open);
    expect(text.includes('system_account: SYS')).toBe(open);
  });

  it('monitors where it is told to', () => {
    expect(natsConfig({ ...store, serverVersion: '2.14.9', monitor: '127.0.0.1:8222' })).toContain('http: "127.0.0.1:8222"');
  });

  it.each([
    ['2.9.9', false],
    ['2.9.10', true],
    ['2.10.0', true],
    ['3.0.0', true],
    ['1.99.99', false],
    ['2.14.9-RC.1', true],
  ])('%s is 2.9.10 or newer: %s', (version, newer) => {
    expect(isAtLeast(version, '2.9.10')).toBe(newer);
  });
});
