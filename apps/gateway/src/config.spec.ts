import { describe, expect, it } from '@jest/globals';
import { InvalidConfig, readConfig } from '@holdpoint/runtime';
import { createAccount, createUser } from '@nats-io/nkeys';
import { inRanges } from './access/client-address.ts';
import { GatewayEnvironment } from './config.ts';

describe('the gateway’s configuration', () => {
  it('needs the address of NATS only, and listens on loopback', () => {
    expect(readConfig(GatewayEnvironment, { NATS_URL: 'nats://127.0.0.1:4222' })).toEqual({
      http: { host: '127.0.0.1', port: 8_080, trustedProxies: [] },
      nats: { servers: 'nats://127.0.0.1:4222', replicas: 1 },
      logLevel: 'info',
    });
  });

  it('reads trusted proxies as addresses and ranges', () => {
    const { http } = readConfig(GatewayEnvironment, { NATS_URL: 'n', HOLDPOINT_TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.1' });
    expect(['10.1.2.3', '192.0.2.1', '192.0.2.2'].map((address) => inRanges(address, http.trustedProxies))).toEqual([true, true, false]);
  });

  it('opens the NATS door with a seed and a password, and not with one of them or with anything else', () => {
    const seed = new TextDecoder().decode(createAccount().getSeed());
    const env = { NATS_URL: 'n', HOLDPOINT_NATS_ISSUER_SEED: seed, HOLDPOINT_NATS_SYSTEM_PASSWORD: 'p' };
    expect(readConfig(GatewayEnvironment, env).door).toEqual({ issuerSeed: seed, systemUser: 'gateway-system', systemPassword: 'p' });
    expect(readConfig(GatewayEnvironment, { NATS_URL: 'n' }).door).toBeUndefined();
    expect(problemsOf({ ...env, HOLDPOINT_NATS_ISSUER_SEED: '' })).toEqual(['HOLDPOINT_NATS_ISSUER_SEED']);
    expect(problemsOf({ ...env, HOLDPOINT_NATS_SYSTEM_PASSWORD: '' })).toEqual(['HOLDPOINT_NATS_SYSTEM_PASSWORD']);
    for (const wrong of ['SA', createAccount().getPublicKey(), new TextDecoder().decode(createUser().getSeed()), seed.slice(0, -1)]) {
      expect(problemsOf({ ...env, HOLDPOINT_NATS_ISSUER_SEED: wrong })).toEqual(['HOLDPOINT_NATS_ISSUER_SEED']);
    }
  });

  it('names every problem at once', () => {
    const problems = problemsOf({ HOLDPOINT_PORT: '99999', HOLDPOINT_TRUSTED_PROXIES: 'everyone', LOG_LEVEL: 'loud' });
    expect(problems.sort()).toEqual(['HOLDPOINT_PORT', 'HOLDPOINT_TRUSTED_PROXIES', 'LOG_LEVEL', 'NATS_URL']);
  });
});

function problemsOf(env: Record<string, string>): string[] {
  try {
    readConfig(GatewayEnvironment, env);
  } catch (error) {
    if (error instanceof InvalidConfig) return error.problems.map(({ variable }) => variable);
    throw error;
  }
  return [];
}
