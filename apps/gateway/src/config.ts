import { portVariable, serviceSettings, serviceVariables } from '@holdpoint/runtime';
import { z } from 'zod';
import { parseRange, type AddressRange } from './access/client-address.ts';

const text = z.string().min(1);

const Ranges = z.string().transform((list, context): readonly AddressRange[] =>
  list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .flatMap((entry) => {
      const range = parseRange(entry);
      if (range === null) context.addIssue({ code: 'custom', message: 'must be addresses or CIDR ranges, separated by commas' });
      return range === null ? [] : [range];
    }),
);

/** What the gateway reads from its environment. */
export const GatewayEnvironment = z
  .object({
    HOLDPOINT_HOST: text.default('127.0.0.1'),
    HOLDPOINT_PORT: portVariable(8_080),
    /** Proxies whose `X-Forwarded-For` counts. */
    HOLDPOINT_TRUSTED_PROXIES: Ranges.default([]),
    ...serviceVariables,
  })
  .transform((env) => ({
    http: { host: env.HOLDPOINT_HOST, port: env.HOLDPOINT_PORT, trustedProxies: env.HOLDPOINT_TRUSTED_PROXIES },
    ...serviceSettings(env),
  }));
export type GatewayConfig = Readonly<z.output<typeof GatewayEnvironment>>;
