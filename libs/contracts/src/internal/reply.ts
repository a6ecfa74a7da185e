import { z } from 'zod';
import type { RequestContract, ServiceName } from '../contract.ts';
import { InputProblem } from '../public/problem.ts';

/** The domain says no: what the edge turns into a problem document of that status. */
export const Refusal = z.object({
  status: z.union([z.literal(400), z.literal(403), z.literal(404), z.literal(409), z.literal(412), z.literal(422)]),
  code: z.string(),
  detail: z.string(),
  errors: z.array(InputProblem).optional(),
  /** Of a 412: the entity tag of what is there now. */
  etag: z.string().optional(),
});
export type Refusal = z.output<typeof Refusal>;

/** A reply that is either what was asked for or a refusal. */
export const replyOf = <T extends z.ZodType>(ok: T) => z.union([z.object({ ok }), z.object({ refused: Refusal })]);
export type Reply<T> = { ok: T } | { refused: Refusal };

/** Makes questions that only the gateway asks, for whoever it serves. */
export const askedByGateway =
  <Server extends ServiceName>(server: Server) =>
  <Name extends string, Request extends z.ZodType, Answer extends z.ZodType>(name: Name, promise: string, request: Request, ok: Answer) =>
    ({
      kind: 'request',
      subject: `hp.rpc.v1.${server}.${name}` as const,
      server,
      callers: ['gateway'],
      replies: 'one',
      promise,
      request,
      reply: replyOf(ok),
    }) as const satisfies RequestContract;

/** Who acts, as the credential says; never taken from a body. */
export const Actor = z.object({
  key_id: z.string(),
  owner_email: z.string().optional(),
  roles: z.array(z.enum(['agent', 'approver', 'admin', 'auditor'])),
  guards: z.union([z.literal('*'), z.array(z.string())]),
});
export type Actor = z.output<typeof Actor>;

/** What a writer goes by: strong entity tags, quotes included, one of which must be that of what is there; `*`: anything that is there. An empty list matches nothing. */
export const IfMatch = z.union([z.literal('*'), z.array(z.string().max(256)).max(64)]);
export type IfMatch = z.output<typeof IfMatch>;

export const Page = { limit: z.int().min(1).max(200), cursor: z.string().max(512).optional() };
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ data: z.array(item), next_cursor: z.string().nullable() });
