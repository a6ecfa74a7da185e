import { systemUser } from '@holdpoint/contracts';
import { listVariable, portVariable, serviceSettings, serviceVariables } from '@holdpoint/runtime';
import { fromSeed } from '@nats-io/nkeys';
import { z } from 'zod';
import { parseRange } from './access/client-address.ts';

const text = z.string().min(1);

const Ranges = listVariable(parseRange, 'addresses or CIDR ranges');

/** The seed of an account key, as `nk -gen account` prints it. */
const IssuerSeed = z.string().refine(isAccountSeed, 'must be the seed of an account key (`SA…`)');

function isAccountSeed(seed: string): boolean {
  try {
    return fromSeed(new TextEncoder().encode(seed)).getPublicKey().startsWith('A');
  } catch {
    return false;
  }
}

/** What the gateway reads from its environment. */
export const GatewayEnvironment = z
  .object({
    HOLDPOINT_HOST: text.default('127.0.0.1'),
    HOLDPOINT_PORT: portVariable(8_080),
    /** Proxies whose `X-Forwarded-For` counts. */
    HOLDPOINT_TRUSTED_PROXIES: Ranges.default([]),
    /** Signs the users that NATS lets in by API key; together with the system password it opens the public door on NATS. */
    HOLDPOINT_NATS_ISSUER_SEED: IssuerSeed.optional(),
    HOLDPOINT_NATS_SYSTEM_USER: text.default(systemUser),
    HOLDPOINT_NATS_SYSTEM_PASSWORD: text.optional(),
    ...serviceVariables,
  })
  .superRefine(({ HOLDPOINT_NATS_ISSUER_SEED: seed, HOLDPOINT_NATS_SYSTEM_PASSWORD: password }, context) => {
    const missing = seed === undefined ? 'HOLDPOINT_NATS_ISSUER_SEED' : 'HOLDPOINT_NATS_SYSTEM_PASSWORD';
    if ((seed === undefined) !== (password === undefined)) context.addIssue({ code: 'custom', path: [missing], message: 'must be set too: the issuer seed and the system password open the NATS door together' });
  })
  .transform((env) => ({
    http: { host: env.HOLDPOINT_HOST, port: env.HOLDPOINT_PORT, trustedProxies: env.HOLDPOINT_TRUSTED_PROXIES },
    ...serviceSettings(env),
    /** Undefined: the public door on NATS stays shut. */
    door:
      env.HOLDPOINT_NATS_ISSUER_SEED === undefined || env.HOLDPOINT_NATS_SYSTEM_PASSWORD === undefined
        ? undefined
        : { issuerSeed: env.HOLDPOINT_NATS_ISSUER_SEED, systemUser: env.HOLDPOINT_NATS_SYSTEM_USER, systemPassword: env.HOLDPOINT_NATS_SYSTEM_PASSWORD },
  }));
export type GatewayConfig = Readonly<z.output<typeof GatewayEnvironment>>;
