import { describe, expect, it } from '@jest/globals';
import { decode, encodeUser } from '@nats-io/jwt';
import { createAccount, createUser } from '@nats-io/nkeys';
import { JwtSigner, readJwt } from './server-jwt.ts';

const account = createAccount();
const seed = new TextDecoder().decode(account.getSeed());
const user = createUser().getPublicKey();
const claims = { sub: user, aud: '$G', name: 'agent0000000', nats: { type: 'user', version: 2 } };

describe('a token for nats-server', () => {
  it('is one that the NATS libraries take', () => {
    expect(decode(new JwtSigner(seed, account.getPublicKey()).sign(claims))).toMatchObject({ ...claims, iss: account.getPublicKey() });
  });

  it('of the NATS libraries can be read', async () => {
    expect(readJwt(await encodeUser('name', user, account))).toMatchObject({ name: 'name', sub: user, iss: account.getPublicKey() });
  });

  it('that its issuer did not sign is none', () => {
    const token = new JwtSigner(seed, account.getPublicKey()).sign(claims);
    const [head = '', payload = '', signature = ''] = token.split('.');
    const forged = Buffer.from(JSON.stringify({ ...claims, iss: account.getPublicKey(), name: 'admin0000000' })).toString('base64url');
    const byAnother = new JwtSigner(new TextDecoder().decode(createAccount().getSeed()), account.getPublicKey()).sign(claims);
    const none = `${Buffer.from('{"typ":"JWT","alg":"none"}').toString('base64url')}.${payload}.${signature}`;
    for (const bad of ['', 'a.b.c', `${head}.${payload}.`, `${head}.${forged}.${signature}`, byAnother, none, `${token}.x`, `${head}.bnVsbA.${signature}`]) expect(readJwt(bad)).toBeNull();
  });
});
