import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monotonicMs } from './clock.ts';
import { watchHealth } from './health-metrics.ts';
import type { Metrics } from './metrics.ts';

/** Whether one part of a service can do its work, and if not, why. */
export type PartHealth = Readonly<{ part: string; ok: boolean; detail?: string }>;

export type OperationsOptions = Readonly<{
  host: string;
  /** 0: any free one. */
  port: number;
  metrics: Metrics;
  health: () => Promise<readonly PartHealth[]> | readonly PartHealth[];
}>;

export type OperationsServer = Readonly<{ port: number; close: () => Promise<void> }>;

type Answer = Readonly<{ status: number; type: string; body: string }>;

const healthTimeoutMs = 2_000;
/** Two metrics of one scrape ask once. */
const sharedForMs = 500;

/** GET `/metrics`, `/health/live`, `/health/ready` (503 until every part is ok) and `/health/parts`. Rejects when the port is taken. */
export async function serveOperations({ host, port, metrics, health }: OperationsOptions): Promise<OperationsServer> {
  let latest: { at: number; parts: Promise<readonly PartHealth[]> } | undefined;
  const recentParts = () => {
    if (latest === undefined || monotonicMs() - latest.at > sharedForMs) latest = { at: monotonicMs(), parts: partsOf(health) };
    return latest.parts;
  };
  watchHealth(metrics, { parts: recentParts, ready: async () => (await recentParts()).every(({ ok }) => ok) });
  const answers: Readonly<Record<string, () => Promise<Answer>>> = {
    '/metrics': async () => ({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: `${(await metrics.prometheusText()).trimEnd()}\n` }),
    '/health/live': () => Promise.resolve(json(200, { status: 'up' })),
    '/health/ready': async () => {
      const down = (await partsOf(health)).filter(({ ok }) => !ok);
      return down.length === 0 ? json(200, { status: 'up' }) : json(503, { status: 'down', down: down.map(({ part }) => part) });
    },
    '/health/parts': async () => json(200, { parts: await partsOf(health) }),
  };
  const server = createServer((request, response) => {
    const respond = ({ status, type, body }: Answer) =>
      response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...(status === 405 ? { allow: 'GET, HEAD' } : {}) }).end(request.method === 'HEAD' ? undefined : body);
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    request.resume();
    if (!Object.hasOwn(answers, path)) return void respond(json(404, { status: 'not found' }));
    if (request.method !== 'GET' && request.method !== 'HEAD') return void respond(json(405, { status: 'method not allowed' }));
    (answers[path]?.() ?? Promise.reject(new Error('unreachable'))).then(respond, () => respond(json(500, { status: 'failed' })));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A health check that fails, or hangs, is itself a part that is down. */
async function partsOf(health: OperationsOptions['health']): Promise<readonly PartHealth[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly PartHealth[]>((resolve) => {
    timer = setTimeout(() => resolve([{ part: 'health', ok: false, detail: `no answer within ${healthTimeoutMs} ms` }]), healthTimeoutMs);
  });
  try {
    return await Promise.race([Promise.resolve(health()), late]);
  } catch (error) {
    return [{ part: 'health', ok: false, detail: error instanceof Error ? error.message : 'failed' }];
  } finally {
    clearTimeout(timer);
  }
}

function json(status: number, body: object): Answer {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}
