import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { isSignedBy, isTimely, keyBytes, newSecret, sign } from './signature.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const bodies = ['{"a":1}', '{"text":"ä🙈\\u0000"}', '', 'x'.repeat(65_536)];

describe('signing', () => {
  it('gives the signature of the Standard Webhooks test vector', () => {
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: '1614265330', body: Buffer.from('{"test": 2432232314}') };
    expect(sign(message, [secret])).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it.each(bodies)('agrees with the reference library on a body such as %.20s', (body) => {
    for (const key of [secret, newSecret()]) {
      const at = new Date(Math.floor(Date.now() / 1_000) * 1_000);
      const message = { id: 'msg_1', timestamp: String(at.getTime() / 1_000), body: Buffer.from(body) };
      const ours = sign(message, [key]);
      expect(ours).toBe(new Webhook(key).sign(message.id, at, body));
      expect(isSignedBy(message, new Webhook(key).sign(message.id, at, body), [key])).toBe(true);
    }
  });

  it('is accepted by a receiver that holds the old secret and by one that holds the new', () => {
    const [older, newer] = [newSecret(), newSecret()];
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const message = { id: 'msg_1', timestamp, body: Buffer.from('{"a":1}') };
    const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': timestamp, 'webhook-signature': sign(message, [newer, older]) };
    for (const key of [older, newer]) expect(new Webhook(key).verify('{"a":1}', headers)).toEqual({ a: 1 });
    expect(() => new Webhook(newSecret()).verify('{"a":1}', headers)).toThrow();
  });
});

describe('verifying', () => {
  const message = { id: 'msg_1', timestamp: '1700000000', body: Buffer.from('{"approval_id":"apr_1","decision":"approve"}') };
  const header = sign(message, [secret]);

  it('refuses every one-byte change of id, timestamp, body and signature', () => {
    expect(isSignedBy(message, header, [secret])).toBe(true);
    for (const part of ['id', 'timestamp', 'body'] as const) {
      const bytes = Buffer.from(message[part]);
      for (let at = 0; at < bytes.length; at += 1) {
        const changed = Buffer.from(bytes);
        changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
        expect(isSignedBy({ ...message, [part]: part === 'body' ? changed : changed.toString('latin1') }, header, [secret])).toBe(false);
      }
    }
    const signature = Buffer.from(header.slice(3), 'base64');
    for (let at = 0; at < signature.length; at += 1) {
      const changed = Buffer.from(signature);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(isSignedBy(message, `v1,${changed.toString('base64')}`, [secret])).toBe(false);
    }
  });

  it.each(['', 'v1', 'v1,', 'v1,AAAA', 'v2,' + header.slice(3), header.slice(3), `v1a,${header.slice(3)}`, ' '.repeat(10_000), 'v1,'.repeat(10_000)])('takes no header such as %.40p', (given) => {
    expect(isSignedBy(message, given, [secret])).toBe(false);
  });

  it('takes any one of several signatures, by either secret', () => {
    const [older, newer] = [newSecret(), newSecret()];
    expect(isSignedBy(message, `v1a,xyz ${sign(message, [newSecret(), older])}`, [newer, older])).toBe(true);
    expect(isSignedBy(message, sign(message, [newer]), [newer, older])).toBe(true);
    expect(isSignedBy(message, sign(message, [newer]), [older])).toBe(false);
    expect(isSignedBy(message, sign(message, [newer]), [])).toBe(false);
  });

  it.each([
    [0, true],
    [-300, true],
    [300, true],
    [-301, false],
    [301, false],
    [-360, false],
    [360, false],
  ])('a message of %i seconds from now is timely: %s', (seconds, timely) => {
    const now = 1_700_000_000_000;
    expect(isTimely(String(now / 1_000 + seconds), now)).toBe(timely);
  });

  it.each(['', '1700000000.0', '1.7e9', ' 1700000000', '-1700000000', '0x6553f100', '1700000000, 1700000000', 'NaN'])('%j is no timestamp', (text) => {
    expect(isTimely(text, 1_700_000_000_000)).toBe(false);
  });
});

describe('a secret', () => {
  it('is 32 random bytes', () => {
    expect(keyBytes(newSecret())).toHaveLength(32);
    expect(newSecret()).not.toBe(newSecret());
  });

  it.each([24, 32, 64])('may have %i bytes', (length) => expect(keyBytes(`whsec_${Buffer.alloc(length, 7).toString('base64')}`)).toHaveLength(length));
  it.each([
    `whsec_${Buffer.alloc(23).toString('base64')}`,
    `whsec_${Buffer.alloc(65).toString('base64')}`,
    Buffer.alloc(32).toString('base64'),
    `whsec_${'*'.repeat(44)}`,
    `whsec_${Buffer.alloc(32, 0xff).toString('base64url')}`,
    'whsec_',
    '',
  ])('is refused as %j', (text) => expect(keyBytes(text)).toBeNull());
});
