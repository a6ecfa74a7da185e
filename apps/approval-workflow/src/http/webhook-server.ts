import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type ProblemFacts, problemDocument } from '@holdpoint/contracts';
import { isTransientDatabaseError } from '@holdpoint/persistence';
import { type Logger, type Metrics, monotonicMs } from '@holdpoint/runtime';
import type { Answer, Arrived, TakeDecision } from '../channels/take-decision.ts';

export type WebhookServerOptions = Readonly<{ host: string; port: number; decisions: Pick<TakeDecision, 'take'>; metrics: Metrics; log: Logger }>;
export type WebhookServer = Readonly<{ port: number; isListening: () => boolean; close: () => Promise<void> }>;

type Reply = Readonly<{ status: number; body: object; code?: string; close?: boolean }>;

const mostBodyBytes = 64 * 1_024;
/** More than this in hand are asked to come again: the database serves others too. What has not arrived whole takes no place: anybody can begin a request. */
const mostAtOnce = 128;
const limits = { maxHeaderSize: 8 * 1_024, headersTimeout: 10_000, requestTimeout: 15_000, keepAliveTimeout: 5_000, connectionsCheckingInterval: 1_000 } as const;
const mostConnections = 1_024;
const closeWithinMs = 5_000;

const onlyPath = /^\/webhooks\/approvals\/([^/?#]{1,64})$/;

/** The public port of the approval service: POST `/webhooks/approvals/{channelId}` and nothing else. Rejects when the port is taken. */
export async function serveWebhooks(options: WebhookServerOptions): Promise<WebhookServer> {
  const received = options.metrics.counter('holdpoint_webhook_decisions', { description: 'Requests to decide by webhook, by the status of the answer' });
  let atOnce = 0;
  const decide = async (arrived: Arrived): Promise<Reply> => {
    if (atOnce >= mostAtOnce) return tooBusy;
    atOnce += 1;
    return await replyTo(arrived, options).finally(() => (atOnce -= 1));
  };
  const server = createServer(limits, (request, response) => {
    const started = monotonicMs();
    void read(request).then(async (arrived) => {
      const reply = 'channelId' in arrived ? await decide(arrived) : arrived;
      send(response, reply, request.method === 'HEAD');
      received.add(1, { status: String(reply.status) });
      options.log.info({ status: reply.status, code: reply.code, duration_ms: Math.round(monotonicMs() - started) }, 'decision by webhook');
    });
  });
  server.maxConnections = mostConnections;
  server.on('clientError', refuseUnreadable);
  await listening(server, options);
  server.on('error', (error) => options.log.error({ err: error }, 'the port for webhooks failed'));
  return {
    port: (server.address() as AddressInfo).port,
    isListening: () => server.listening,
    close: async () => {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), closeWithinMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

/** The whole of a decision, or the answer to what is none. Never rejects. */
async function read(request: IncomingMessage): Promise<Arrived | Reply> {
  const [, channelId] = onlyPath.exec(request.url ?? '') ?? [];
  if (channelId === undefined || request.method !== 'POST') return { ...problem({ status: 404, code: 'not_found', detail: 'There is nothing here but `POST /webhooks/approvals/{channelId}`.' }), close: true };
  const body = await readBody(request);
  if (body === 'too-large') return { ...problem({ status: 413, code: 'body_too_large', detail: 'The body is larger than 64 KiB.' }), close: true };
  if (body === 'cut-off') return { ...problem({ status: 400, code: 'bad_request', detail: 'The body ended early.' }), close: true };
  return { channelId, id: headerOf(request, 'webhook-id'), timestamp: headerOf(request, 'webhook-timestamp'), signature: headerOf(request, 'webhook-signature'), body };
}

/** Never rejects. */
async function replyTo(arrived: Arrived, { decisions, log }: WebhookServerOptions): Promise<Reply> {
  try {
    return replyWith(await decisions.take(arrived));
  } catch (error) {
    if (isTransientDatabaseError(error)) {
      log.warn({ err: error }, 'a decision could not be taken');
      return problem({ status: 503, code: 'approval_service_unavailable', detail: 'The decision may have been taken all the same: send it again under the same `webhook-id`.' });
    }
    log.error({ err: error }, 'a decision could not be taken');
    return problem({ status: 500, code: 'internal_error', detail: 'The decision could not be taken.' });
  }
}

function replyWith(answer: Answer): Reply {
  return 'refused' in answer ? problem(answer.refused) : { status: answer.status, body: answer.body };
}

async function readBody(request: IncomingMessage): Promise<Buffer | 'too-large' | 'cut-off'> {
  if (Number(request.headers['content-length'] ?? 0) > mostBodyBytes) return 'too-large';
  return await new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= mostBodyBytes) chunks.push(chunk);
      else resolve('too-large');
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => resolve('cut-off'));
    request.on('close', () => resolve('cut-off'));
  });
}

/** A header that is sent twice arrives joined by a comma, which fits none of those read here. */
function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

const problem = (facts: ProblemFacts): Reply => ({ status: facts.status, code: facts.code, body: problemDocument(facts, STATUS_CODES[facts.status] ?? 'Error') });
const tooBusy: Reply = problem({ status: 503, code: 'approval_service_unavailable', detail: 'Too many decisions at once: send it again under the same `webhook-id`.' });

function send(response: ServerResponse, { status, body, code, close = false }: Reply, isHead: boolean): void {
  if (response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': code === undefined ? 'application/json; charset=utf-8' : 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 503 ? { 'retry-after': '2' } : {}),
    ...(close ? { connection: 'close' } : {}),
  });
  response.end(isHead ? undefined : text);
}

/** What is no HTTP, too slow, or too large in its headers is answered in one line, if at all. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  const statuses: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };
  const status = statuses[error.code ?? ''] ?? 400;
  if (!socket.writable || error.code === 'ECONNRESET') socket.destroy();
  else socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

async function listening(server: Server, { host, port }: Pick<WebhookServerOptions, 'host' | 'port'>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
