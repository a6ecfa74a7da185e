import type { z } from 'zod';

/** Every process that holds a NATS user of its own. A new one gets its permissions from the contracts that name it. */
export const serviceNames = ['gateway', 'policy-admin', 'decision-log', 'evaluator', 'approval-workflow'] as const;
export type ServiceName = (typeof serviceNames)[number];

/**
 * One service asks, one replica of another answers (queue group = `server`).
 * `promise` says what an answer, and the lack of one, mean.
 */
export type RequestContract = Readonly<{
  kind: 'request';
  subject: string;
  server: ServiceName;
  callers: readonly ServiceName[];
  /** How many messages answer one request: `many` ends with a part that carries no more. */
  replies: 'one' | 'many';
  promise: string;
  request: z.ZodType;
  reply: z.ZodType;
}>;

/** Heard by every connected replica of the subscribers, at most once. Carries no authority: a lost one costs latency only. */
export type BroadcastContract = Readonly<{
  kind: 'broadcast';
  subject: string;
  publishers: readonly ServiceName[];
  subscribers: readonly ServiceName[];
  promise: string;
  body: z.ZodType;
}>;

/** Messages kept by JetStream until `consumer` has acknowledged their effect. At least once: the effect is idempotent. */
export type StreamContract = Readonly<{
  kind: 'stream';
  stream: string;
  /** The subjects the stream keeps. No request or broadcast subject may fall under one: the stream would answer it. */
  subjects: readonly string[];
  retention: 'workqueue' | 'limits';
  discard: 'new' | 'old';
  maxBytes: number;
  /** 0: no age limit. */
  maxAgeMs: number;
  publishers: readonly ServiceName[];
  /** The service that works the stream off through one durable pull consumer of this name, if any. */
  consumer?: Readonly<{ service: ServiceName; durable: string; ackWaitMs: number; maxAckPending: number }>;
  promise: string;
  body: z.ZodType;
}>;

export type Contract = RequestContract | BroadcastContract | StreamContract;

const tokenPattern = /^[A-Za-z0-9_-]{1,64}$/;

/** One subject token of a tenant's own name: it can fill a token, never add one or a wildcard. Throws on anything else. */
export function token(name: string): string {
  if (!tokenPattern.test(name)) throw new TypeError('not a subject token');
  return name;
}
