import { createHash } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { GuardAccess, KeyAccess, ToolCallResult } from '@holdpoint/contracts';
import { EvaluateToolCalls, SyncAccess, type BroadcastContract, type EvaluateCall, type RequestContract } from '@holdpoint/contracts';
import { PeerUnavailable, type Messaging } from '@holdpoint/messaging';
import { Metrics, type Logger } from '@holdpoint/runtime';
import type { GatewayNeeds } from '../app.module.ts';
import { createGateway, type Gateway } from '../gateway.ts';

type Answer = (body: never) => unknown;

/** The services behind the gateway, in memory: a handler per subject; a subject without one has no responders. */
export class FakeServices {
  readonly asked: { subject: string; body: unknown }[] = [];
  maxPayload = 8 * 1024 ** 2;
  connected = true;
  private readonly handlers = new Map<string, Answer>();
  private readonly hearers = new Map<string, (body: unknown) => void>();

  /** The first argument of `handler` is the request's body. A handler of a contract in parts answers an array of parts. */
  on(contract: RequestContract, handler: Answer): this {
    this.handlers.set(contract.subject, handler);
    return this;
  }

  off(contract: RequestContract): this {
    this.handlers.delete(contract.subject);
    return this;
  }

  bodiesOf(contract: RequestContract): unknown[] {
    return this.asked.filter(({ subject }) => subject === contract.subject).map(({ body }) => body);
  }

  async request(contract: RequestContract, body: unknown): Promise<unknown> {
    return structuredClone(await this.answer(contract, body));
  }

  async *requestParts(contract: RequestContract, body: unknown): AsyncGenerator {
    for (const part of (await this.answer(contract, body)) as unknown[]) yield await part;
  }

  onBroadcast(contract: BroadcastContract, handler: (body: unknown) => void): () => void {
    this.hearers.set(contract.subject, handler);
    return () => this.hearers.delete(contract.subject);
  }

  broadcast(contract: BroadcastContract, body: unknown): void {
    this.hearers.get(contract.subject)?.(body);
  }

  get messaging(): Messaging {
    return this as unknown as Messaging;
  }

  private answer(contract: RequestContract, body: unknown): unknown {
    this.asked.push({ subject: contract.subject, body });
    const handler = this.handlers.get(contract.subject);
    if (handler === undefined) throw new PeerUnavailable(contract.subject, 'no_responders');
    return handler(body as never);
  }
}

export const secret = 'A'.repeat(43);
export const apiKey = (id: string): string => `hp_sk_${id}_${secret}`;

export const keyAccess = (id: string, more: Partial<KeyAccess> = {}): KeyAccess => ({
  id,
  secret_hash: createHash('sha256').update(secret).digest('hex'),
  guards: '*',
  roles: ['agent'],
  revoked: false,
  ...more,
});

export const guardAccess = (id: string, more: Partial<GuardAccess> = {}): GuardAccess => ({
  id,
  failure_mode: 'closed',
  max_policy_staleness_seconds: 60,
  retention_days: 90,
  deleted: false,
  ...more,
});

export const judged = (callId: string, more: Partial<ToolCallResult> = {}): ToolCallResult => ({
  action: 'allow',
  tool_call_id: callId,
  risk_score: 0,
  threats_detected: [],
  threats: [],
  policy_matched: null,
  message: 'No policy matched; the default is `allow`.',
  metadata: { decision_id: 'dec_00000000000000000000000001', scanner: 'none', policy_id: null, policy_version: 1, trace_id: '0'.repeat(32) },
  ...more,
});

export type Access = Readonly<{ keys: readonly KeyAccess[]; guards: readonly GuardAccess[] }>;

/** policy-admin's list of keys and guards. */
export const syncing = ({ keys, guards }: Access) => () => ({ revision: 1, more: false, keys: [...keys], guards: [...guards], live_evaluators: 1 });

/** An evaluator that answers every call in one part. */
export const evaluating =
  (answer: (call: EvaluateCall) => ToolCallResult) =>
  ({ calls }: Readonly<{ calls: readonly EvaluateCall[] }>) => [{ answers: calls.map((call, index) => ({ index, result: answer(call) })) }];

export const usualAccess: Access = {
  keys: [
    keyAccess('agent0000000'),
    keyAccess('approver0000', { roles: ['approver'] }),
    keyAccess('admin0000000', { roles: ['agent', 'approver', 'admin', 'auditor'] }),
    keyAccess('other0000000', { guards: ['other'] }),
  ],
  guards: [guardAccess('default'), guardAccess('other'), guardAccess('open', { failure_mode: 'open' })],
};

const nothing = (): void => undefined;
export const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silent };

export type Answered = Readonly<{ status: number; headers: IncomingHttpHeaders; body: string; json: () => unknown }>;
export type Sent = Readonly<{ method?: string; url: string; body?: string | Buffer; key?: string; headers?: Readonly<Record<string, string>>; signal?: AbortSignal }>;

export type RunningGateway = Gateway &
  Readonly<{
    services: FakeServices;
    port: number;
    /** Every route that is open: `GET /v1/guards/:proxyId`. */
    routes: () => readonly string[];
    /** One request on a connection of its own; JSON unless `headers` says otherwise. */
    send: (sent: Sent) => Promise<Answered>;
    stopAll: () => Promise<void>;
  }>;

/** A gateway on a free loopback port and on fake services. */
export async function startGateway(services: FakeServices = new FakeServices(), access: Access = usualAccess, log: Logger = silent): Promise<RunningGateway> {
  services.on(SyncAccess, syncing(access));
  const gateway = await startGatewayOn(services.messaging, log);
  return { ...gateway, services };
}

export async function startGatewayOn(messaging: Messaging, log: Logger = silent, more: Omit<GatewayNeeds['config'], 'http'> = {}): Promise<Omit<RunningGateway, 'services'>> {
  const metrics = new Metrics({ service: 'gateway' });
  const gateway = await createGateway({ config: { http: { host: '127.0.0.1', port: 0, trustedProxies: [] }, ...more }, messaging, log, metrics, version: '0.0.0' });
  gateway.start();
  await gateway.app.listen(0, '127.0.0.1');
  const { port } = gateway.app.getHttpServer().address() as { port: number };
  return {
    ...gateway,
    port,
    routes: () => routesIn(gateway.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false })),
    send: (sent) => exchange(port, sent),
    stopAll: async () => {
      await gateway.stop();
      await metrics.close();
    },
  };
}

/** Fastify shows its routes as a tree only: one line each, indented by four columns a level, with its methods in parentheses. */
function routesIn(tree: string): string[] {
  const above: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', part, methods] = /^([\s│]*)[├└]── (\S*)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
    if (part === undefined) return [];
    above.length = indent.length / 4;
    above.push(part);
    return methods === undefined ? [] : methods.split(', ').map((method) => `${method} ${above.join('')}`);
  });
}

function exchange(port: number, { method = 'GET', url, body, key, headers = {}, signal }: Sent): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        method,
        path: url,
        agent: false,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(key === undefined ? {} : { authorization: `Bearer ${apiKey(key)}` }), ...headers },
        ...(signal === undefined ? {} : { signal }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, json: () => JSON.parse(text) as unknown });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** An evaluator for most purposes: allows everything. */
export const allowing = (services: FakeServices): FakeServices => services.on(EvaluateToolCalls, evaluating(({ tool_call }) => judged(tool_call.id)));
