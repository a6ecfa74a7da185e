import { z } from 'zod';
import type { RequestContract } from '../contract.ts';
import { ScanResponse } from '../public/scan.ts';

/** Gateway asks, evaluator answers: what a content looks like, and what is left of it when it is cleaned. No policy has a say. */
export const ScanContent = {
  kind: 'request',
  subject: 'hp.rpc.v1.evaluator.scan',
  server: 'evaluator',
  callers: ['gateway'],
  replies: 'one',
  promise: 'read; nothing is kept, and the same content gets the same answer',
  request: z.object({ tool_name: z.string().optional(), content: z.unknown(), trace_id: z.string() }),
  reply: ScanResponse,
} as const satisfies RequestContract;
