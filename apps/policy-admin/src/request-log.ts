import { type Actor, CreateGuard, CreateKey, CreatePolicy, DeleteGuard, DeletePolicy, type Reply, ReorderPolicies, RevokeKey, UpdateGuard, UpdatePolicy } from '@holdpoint/contracts';
import { parseTraceparent, type RequestContext } from '@holdpoint/messaging';
import { type Logger, monotonicMs } from '@holdpoint/runtime';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { type Observable, tap } from 'rxjs';

const writes: ReadonlySet<string> = new Set([CreateGuard, UpdateGuard, DeleteGuard, CreatePolicy, UpdatePolicy, DeletePolicy, ReorderPolicies, CreateKey, RevokeKey].map(({ subject }) => subject));

type Asked = Readonly<{ actor?: Actor; guard_id?: string; policy_id?: string; key_id?: string }>;

/** A line for each write and each refusal: who asked for what. Every request has one of the transport's, at debug. */
export class RequestLog implements NestInterceptor {
  constructor(private readonly log: Logger) {}

  intercept(context: ExecutionContext, next: CallHandler<Reply<unknown> | object>): Observable<unknown> {
    const startedAt = monotonicMs();
    const rpc = context.switchToRpc();
    const { subject, traceparent } = rpc.getContext<RequestContext>();
    const { actor, guard_id, policy_id, key_id } = rpc.getData<Asked>();
    return next.handle().pipe(
      tap((reply) => {
        const refusal = 'refused' in reply ? reply.refused : undefined;
        if (refusal === undefined && !writes.has(subject)) return;
        const trace_id = traceparent === undefined ? undefined : parseTraceparent(traceparent)?.traceId;
        this.log.info(
          { subject, trace_id, actor: actor?.key_id, guard_id, policy_id, key_id, refused: refusal?.code, tookMs: Math.round(monotonicMs() - startedAt) },
          refusal === undefined ? 'answered' : 'refused',
        );
      }),
    );
  }
}
