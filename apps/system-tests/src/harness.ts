import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { System, type SystemOptions } from '@holdpoint/local-stack';
import { postgresTemplate } from '@holdpoint/test-kit';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

export type Json = Readonly<Record<string, unknown>>;
export type Answer = Readonly<{ status: number; headers: Headers; body: Json }>;
export type Result = Readonly<{
  action: string;
  tool_call_id: string;
  risk_score: number;
  threats_detected: readonly string[];
  threats: readonly Json[];
  sanitized_arguments?: Json;
  changes?: readonly Json[];
  message: string;
  code?: string;
  approval_id?: string;
  policy_matched: string | null;
  metadata: Readonly<{ decision_id: string; scanner: string; policy_id: string | null; policy_version: number | null; replayed?: boolean; release_id?: string; trace_id: string }>;
}>;

/** The built services as processes, in a folder of their own. */
export class TestSystem {
  private readonly log: string[];

  private constructor(
    readonly system: System,
    readonly admin: Client,
    private readonly folder: string,
    log: string[],
  ) {
    this.log = log;
  }

  static async start(options: Partial<SystemOptions> = {}): Promise<TestSystem> {
    const folder = mkdtempSync(join(tmpdir(), 'holdpoint-test-'));
    const log: string[] = [];
    try {
      const system = await System.start({
        root,
        dataDir: join(folder, 'data'),
        env: { ...process.env, LOG_LEVEL: 'info' },
        onLine: (part, line) => log.push(`${part} ${line}`),
        durability: 'test',
        postgresTemplate: await postgresTemplate(),
        onCrash: (service, exit) => log.push(`${service.name} ended by itself: ${JSON.stringify(exit)}`),
        ...options,
      });
      return new TestSystem(system, new Client(system.url, system.adminKey ?? ''), folder, log);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw new Error(`the system did not start; its last lines:\n${log.slice(-40).join('\n')}`, { cause: error });
    }
  }

  /** With HOLDPOINT_TEST_LOGS set to a folder, the services' lines are kept there. */
  async stop(): Promise<void> {
    await this.system.stop();
    const kept = process.env['HOLDPOINT_TEST_LOGS'];
    if (kept !== undefined) writeFileSync(join(kept, `${basename(this.folder)}.log`), `${this.log.join('\n')}\n`);
    rmSync(this.folder, { recursive: true, force: true });
  }

  get logLines(): readonly string[] {
    return this.log;
  }

  /** A guard of its own with these policies, active everywhere, and one key of each role and owner. */
  async guard(id: string, policies: readonly object[], settings: object = {}): Promise<TestGuard> {
    await this.admin.expect(201, 'POST', '/v1/guards', { id, name: id, ...settings });
    const key = async (role: string): Promise<Client> => {
      const { body } = await this.admin.expect(201, 'POST', '/v1/keys', { name: `${id} ${role}`, guards: [id], roles: [role], owner_email: `${role}@example.com` });
      return new Client(this.system.url, String(body['key']));
    };
    const guard = new TestGuard(id, this.admin, await key('agent'), await key('approver'));
    for (const policy of policies) await guard.addPolicy(policy);
    return guard;
  }
}

/** One guard as its users see it: an agent, an approver, an admin. */
export class TestGuard {
  constructor(
    readonly id: string,
    readonly admin: Client,
    readonly agent: Client,
    readonly approver: Client,
  ) {}

  get path(): string {
    return `/v1/guard/${this.id}`;
  }

  async addPolicy(policy: object): Promise<string> {
    const { body } = await this.admin.expect(201, 'POST', `${this.path}/policies?wait=active`, policy);
    return String(body['id']);
  }

  /** Asks about one call. */
  async ask(call: Readonly<{ id: string; name: string; arguments: object; approval_id?: string }>, { wait, session = 's1' }: Readonly<{ wait?: number; session?: string }> = {}): Promise<Result> {
    const headers = wait === undefined ? {} : { prefer: `wait=${wait}` };
    const { body } = await this.agent.expect(200, 'POST', `${this.path}/agent/validate`, { session_id: session, tool_calls: [call] }, headers);
    return (body['results'] as Result[])[0] as Result;
  }

  async approval(id: string): Promise<Json> {
    return (await this.approver.expect(200, 'GET', `${this.path}/approvals/${id}`)).body;
  }

  approve(id: string, body: object = {}): Promise<Answer> {
    return this.approver.call('POST', `${this.path}/approvals/${id}/approve`, body);
  }

  reject(id: string, body: object = {}): Promise<Answer> {
    return this.approver.call('POST', `${this.path}/approvals/${id}/reject`, body);
  }
}

/** HTTP with one key. */
export class Client {
  constructor(
    private readonly url: string,
    readonly key: string,
  ) {}

  async call(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}, signal?: AbortSignal): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Json };
  }

  async expect(status: number, ...request: Parameters<Client['call']>): Promise<Answer> {
    const answer = await this.call(...request);
    if (answer.status !== status) throw new Error(`${request[0]} ${request[1]} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer;
  }
}

/** A TCP way to NATS that can be cut at a moment of the test's choosing. */
export class NatsWay {
  private frozen = false;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    readonly url: string,
  ) {}

  /** `freezeAfter`: once this text has gone to the server, nothing travels either way any more. */
  static async to(target: string, freezeAfter: string): Promise<NatsWay> {
    const { hostname, port } = new URL(target);
    const server = createServer((client) => {
      const upstream = connect({ host: hostname, port: Number(port) });
      way.sockets.add(client).add(upstream);
      for (const socket of [client, upstream]) socket.on('error', () => undefined).on('close', () => [client, upstream].forEach((one) => one.destroy()));
      client.on('data', (chunk) => {
        if (way.frozen) return;
        upstream.write(chunk);
        if (chunk.includes(freezeAfter)) way.frozen = true;
      });
      upstream.on('data', (chunk) => {
        if (!way.frozen) client.write(chunk);
      });
    });
    await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
    const way = new NatsWay(server, `nats://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return way;
  }

  get isFrozen(): boolean {
    return this.frozen;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
