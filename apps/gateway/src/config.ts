import { logLevels } from '@holdpoint/runtime';
import { z } from 'zod';
import { parseRange, type AddressRange } from './access/client-address.ts';

const text = z.string().min(1);
const port = z.coerce.number().int().min(0).max(65_535);

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
    /** 0: any free one, said in the log. */
    HOLDPOINT_PORT: port.default(8_080),
    /** Proxies whose `X-Forwarded-For` counts. */
    HOLDPOINT_TRUSTED_PROXIES: Ranges.default([]),
    NATS_URL: text,
    NATS_USER: text.optional(),
    NATS_PASSWORD: text.optional(),
    LOG_LEVEL: z.enum(logLevels).default('info'),
  })
  .transform((env) => ({
    http: { host: env.HOLDPOINT_HOST, port: env.HOLDPOINT_PORT, trustedProxies: env.HOLDPOINT_TRUSTED_PROXIES },
    nats: { servers: env.NATS_URL, ...(env.NATS_USER === undefined ? {} : { user: env.NATS_USER }), ...(env.NATS_PASSWORD === undefined ? {} : { password: env.NATS_PASSWORD }) },
    logLevel: env.LOG_LEVEL,
  }));
export type GatewayConfig = Readonly<z.output<typeof GatewayEnvironment>>;
