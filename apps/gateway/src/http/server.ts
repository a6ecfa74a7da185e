import type { Socket } from 'node:net';
import { endpoints, type OperationId } from '@holdpoint/contracts';
import type { Logger } from '@holdpoint/runtime';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { GatewayMetrics } from '../health/gateway-metrics.ts';
import { factsOf, nothingAt, sendProblem } from './problem.filter.ts';
import { Problem, problemDocument, problemType, type ProblemFacts } from './problem.ts';
import type { Reply, Request } from './requests.ts';
import { endSpan, recorded, unrecorded, within } from './request-trace.ts';
import { operationOf } from './route.ts';

export const maxBodyBytes = 1_048_576;
/** A client that has not sent its whole request by then is cut off. */
const requestTimeoutMs = 30_000;
/** Longer than the idle times of common load balancers, so that they close first. */
const keepAliveMs = 75_000;

/** Fastify for Nest: bodies stay bytes until someone may read them, and whatever goes wrong is answered by a problem document. */
export function httpAdapter({ log, metrics, traced = false }: Readonly<{ log: Logger; metrics: GatewayMetrics; traced?: boolean }>): FastifyAdapter {
  const adapter = new FastifyAdapter({
    skipMiddie: true,
    multipart: false,
    bodyLimit: maxBodyBytes,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: true,
    // Names of a caller's own making stand in paths: 256 characters of 4 bytes, each written `%xx`.
    routerOptions: { maxParamLength: 3_072 },
    frameworkErrors: (error: Error, _request: Request, reply: Reply) => void sendProblem(reply, factsOf(error)),
    clientErrorHandler: (error, socket) => answerUnreadable(error, socket),
  });
  const fastify = adapter.getInstance();
  fastify.decorateRequest('arrival', null as never);
  const arrival = (request: Request, operation: OperationId | undefined): Request['arrival'] => {
    const trace = traced ? recorded(request, operation) : unrecorded(request);
    return { operation, trace, facts: { trace_id: trace.traceId }, key: null, guard: null };
  };
  // Per route, so that no request has to look up which one it is.
  fastify.addHook('onRoute', (route) => {
    const operation = operationOf(route);
    route.onRequest = (request, _reply, done) => {
      request.arrival = arrival(request, operation);
      done();
    };
  });
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (!request.is404) {
      done();
      return;
    }
    // Before the body is looked at: of a path that does not exist nothing else is worth saying.
    request.arrival = arrival(request, undefined);
    done(new Problem(nothingAt(request)));
  });
  // After the body, whose arrival belongs to the connection.
  if (traced) fastify.addHook('preValidation', (request, _reply, done) => within(request.arrival.trace, done));
  fastify.addHook('onResponse', (request, reply, done) => {
    endSpan(request.arrival, reply);
    report(request, reply, { log, metrics });
    done();
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit: maxBodyBytes }, (_request, body, done) => done(null, body));
  return adapter;
}

/** Probes, metrics and documents, which ask for no key, are not worth a line each. */
const isOpen = (operation: Request['arrival']['operation']): boolean => operation !== undefined && endpoints[operation].roles.length === 0;

/** One line and one measurement per request, at its end. */
function report(request: Request, reply: Reply, { log, metrics }: Readonly<{ log: Logger; metrics: GatewayMetrics }>): void {
  const operation = request.arrival.operation ?? 'unknown';
  const ms = reply.elapsedTime;
  metrics.request(operation, reply.statusCode, ms);
  const fields = { op: operation, status: reply.statusCode, ms: Math.round(ms * 10) / 10, ...request.arrival.facts };
  if (reply.statusCode >= 500 && reply.statusCode !== 503) log.warn(fields, 'request');
  else if (isOpen(request.arrival.operation)) log.debug(fields, 'request');
  else log.info(fields, 'request');
}

const unreadable: Readonly<Record<string, ProblemFacts>> = {
  HPE_HEADER_OVERFLOW: { status: 431, code: 'header_too_large', detail: 'The request line and headers are larger than 16 KiB.' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'request_timeout', detail: 'The request did not arrive in time.' },
};
const notHttp: ProblemFacts = { status: 400, code: 'bad_request', detail: 'This is not an HTTP request.' };

/** There is no request yet, hence no reply object: written by hand, and the connection ends. */
function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const facts = unreadable[error.code ?? ''] ?? notHttp;
  const { title } = problemDocument(facts);
  const body = JSON.stringify(problemDocument(facts));
  socket.end(`HTTP/1.1 ${facts.status} ${title}\r\nContent-Type: ${problemType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
}

