import 'reflect-metadata';
import { allContracts, permissionsOf, SyncAccess, systemUser, systemUserPermissions } from '@holdpoint/contracts';
import { openMessaging, type Messaging } from '@holdpoint/messaging';
import type { Logger } from '@holdpoint/runtime';
import { startNats, type TestNats, type TestNatsOptions } from '@holdpoint/test-kit';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createAccount } from '@nats-io/nkeys';
import { connect } from '@nats-io/transport-node';
import { apiKey, FakeServices, silent, startGatewayOn, syncing, usualAccess } from '../testing/fake-services.ts';

jest.setTimeout(60_000);

const users = [{ user: 'gateway', permissions: permissionsOf('gateway', allContracts) }, { user: 'someone' }];
const door = { user: systemUser, permissions: systemUserPermissions };

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** A gateway on this server with these secrets, and what it says of its door. */
async function gatewayOn(options: TestNatsOptions, secretsOf: (nats: TestNats) => object): Promise<{ nats: TestNats; part: object | undefined; warned: readonly string[] }> {
  const warned: string[] = [];
  const log: Logger = { ...silent, warn: (facts, message) => void warned.push(`${message} ${JSON.stringify(facts)}`) };
  const nats = await startNats(options);
  cleanUp.push(() => nats.stop());
  const messaging: Messaging = await openMessaging({ servers: nats.url, user: 'gateway', password: nats.user('gateway').password, name: 'gateway', log: silent });
  cleanUp.push(() => messaging.close());
  const services = new FakeServices().on(SyncAccess, syncing(usualAccess));
  Object.assign(services, { serverVersion: messaging.serverVersion });
  const gateway = await startGatewayOn(services.messaging, log, { nats: { servers: nats.url, user: 'gateway', password: nats.user('gateway').password }, ...secretsOf(nats) });
  cleanUp.push(() => gateway.stopAll());
  const { parts } = (await gateway.send({ url: '/health/parts' })).json() as { parts: { part: string }[] };
  return { nats, part: parts.find(({ part }) => part === 'nats-door'), warned };
}

const secret = (): object => ({ door: { issuerSeed: new TextDecoder().decode(createAccount().getSeed()), systemUser, systemPassword: 'x' } });

describe('the public NATS door stays shut', () => {
  it('on a server that cannot ask who signs in, and says so at start and in the health of the parts', async () => {
    const { nats, part, warned } = await gatewayOn({ users, door, binary: 'debian' }, secret);
    expect(part).toEqual({ part: 'nats-door', ok: false, detail: 'shut: nats-server 2.9.10 cannot ask who signs in; 2.10 or newer can' });
    expect(warned).toEqual([expect.stringContaining('the public NATS door stays shut')]);
    await expect(connect({ servers: nats.url, token: apiKey('agent0000000'), reconnect: false })).rejects.toThrow(/authorization/i);
  });

  it('without a key to sign users with, which is nothing wrong, and says which variables are missing', async () => {
    const { part, warned } = await gatewayOn({ users }, () => ({}));
    expect(part).toMatchObject({ ok: true, detail: 'shut: HOLDPOINT_NATS_ISSUER_SEED and HOLDPOINT_NATS_SYSTEM_PASSWORD are not set' });
    expect(warned).toHaveLength(1);
  });

  it('while the system account refuses the gateway: nobody is let in who could not be cut off', async () => {
    const { nats, part } = await gatewayOn({ users, door }, (own) => ({ door: { issuerSeed: own.door?.issuerSeed ?? '', systemUser, systemPassword: 'wrong' } }));
    expect(part).toMatchObject({ ok: false, detail: expect.stringMatching(/^(opening|shut: )/) });
    await expect(connect({ servers: nats.url, token: apiKey('agent0000000'), reconnect: false })).rejects.toThrow(/authorization|timeout/i);
  });
});
