import { z } from 'zod';
import type { RequestContract, ServiceName, StreamContract } from '../contract.ts';

export const PartHealth = z.object({ part: z.string(), ok: z.boolean(), detail: z.string().optional() });

const healthOf = <Name extends ServiceName>(server: Name) =>
  ({
    kind: 'request',
    subject: `hp.rpc.v1.${server}.health` as const,
    server,
    callers: ['gateway'],
    replies: 'one',
    promise: 'read, from any one replica',
    request: z.object({}),
    reply: z.object({ ready: z.boolean(), parts: z.array(PartHealth) }),
  }) as const satisfies RequestContract;

/** What a service says of itself and of what it stands on. */
export const Health = {
  'policy-admin': healthOf('policy-admin'),
  'decision-log': healthOf('decision-log'),
  evaluator: healthOf('evaluator'),
  'approval-workflow': healthOf('approval-workflow'),
} as const;

/** Messages that no consumer could read, with the reason; kept for a person to look at. */
export const DeadLetters = {
  kind: 'stream',
  stream: 'DEAD_LETTERS',
  subjects: ['hp.dead.v1.>'],
  retention: 'limits',
  discard: 'old',
  maxBytes: 256 * 1024 ** 2,
  maxAgeMs: 30 * 24 * 3_600_000,
  publishers: ['decision-log', 'evaluator', 'approval-workflow'],
  promise: 'at least once',
  body: z.object({ stream: z.string(), seq: z.int(), subject: z.string(), reason: z.string(), body: z.unknown(), encoding: z.enum(['json', 'base64']), at: z.string() }),
} as const satisfies StreamContract;
