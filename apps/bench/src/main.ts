import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startLocalStack, System } from '@holdpoint/local-stack';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import pg from 'pg';
import { httpLoad, type LoadResult } from './http-load.ts';
import { measured, table } from './report.ts';

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } } });
const rounds = options.quick ? 3 : 4;
const roundMs = options.quick ? 4_000 : 10_000;
/** Until the services' code has been compiled for the load it meets. */
const warmUpMs = 15_000;
const policyCount = 50;
const rowsWithinMs = 60_000;

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'));
const running: (() => Promise<void>)[] = [];

try {
  const results = await bench();
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
  process.exitCode = results.missing_rows === 0 && results.failures === 0 ? 0 : 1;
} finally {
  for (const stop of running.reverse()) await stop();
  rmSync(folder, { recursive: true, force: true });
}

async function bench() {
  process.stdout.write('Starting NATS, Postgres, the services and the two floors …\n');
  const system = await System.start({
    root,
    dataDir: join(folder, 'system'),
    env: { ...process.env, LOG_LEVEL: 'warn' },
    onLine: (part, line) => {
      if (part !== 'postgres' && part !== 'nats' && part !== 'stack' && /"level":"(warn|error)"/.test(line)) process.stderr.write(`${part} ${line}\n`);
    },
  });
  running.push(() => system.stop());
  const gatewayPort = Number(new URL(system.url).port);
  const key = await prepareGuard(system);
  const echo = await child('echo.main.js', {});
  const floor = await startLocalStack({ dataDir: join(folder, 'floor'), natsUsers: [], env: process.env, log: () => undefined, postgres: false });
  running.push(() => floor.stop());
  const natsUrl = floor.nats?.url ?? '';
  await child('nats-echo.main.js', { NATS_URL: natsUrl });
  const nats = await connect({ servers: natsUrl });
  running.push(() => nats.close());

  const whole = (connections: number, durationMs: number) =>
    httpLoad({ port: gatewayPort, path: '/v1/guard/bench/agent/validate', headers: { authorization: `Bearer ${key}` }, body: callBody, connections, durationMs });
  const bare = (connections: number, durationMs: number) => httpLoad({ port: Number(echo), path: '/echo', headers: {}, body: callBody, connections, durationMs });

  process.stdout.write('Warming up …\n');
  const decisions: string[] = [];
  const keep = (result: LoadResult): LoadResult => {
    for (const body of result.bodies) decisions.push(/"decision_id":"(dec_[0-9a-z]{26})"/.exec(body)?.[1] ?? 'none');
    return result;
  };
  await bare(32, warmUpMs / 2);
  keep(await whole(32, warmUpMs));

  const runs = { whole1: [] as LoadResult[], whole32: [] as LoadResult[], echo1: [] as LoadResult[], echo32: [] as LoadResult[], nats1: [] as LoadResult[] };
  for (let round = 1; round <= rounds; round += 1) {
    process.stdout.write(`Round ${round} of ${rounds} …\n`);
    // Side by side within one round: what disturbs the machine disturbs all of them.
    runs.nats1.push(await natsLoad(nats, roundMs / 2));
    runs.whole1.push(keep(await whole(1, roundMs)));
    runs.echo1.push(await bare(1, roundMs / 2));
    runs.echo32.push(await bare(32, roundMs / 2));
    runs.whole32.push(keep(await whole(32, roundMs)));
  }
  const missing = await missingRows(system, decisions);
  const [whole1, whole32, echo1, echo32, nats1] = [runs.whole1, runs.whole32, runs.echo1, runs.echo32, runs.nats1].map(measured) as [M, M, M, M, M];
  const results = {
    ratio_c32: whole32.callsPerSecond / echo32.callsPerSecond,
    ratio_c1: whole1.callsPerSecond / echo1.callsPerSecond,
    round_trips_c1: whole1.p50 / nats1.p50,
    missing_rows: missing,
    failures: whole1.failures + whole32.failures,
    decisions: decisions.length,
    policies: policyCount,
    whole_c1: whole1,
    whole_c32: whole32,
    echo_c1: echo1,
    echo_c32: echo32,
    nats_c1: nats1,
  };
  process.stdout.write(
    `\n${table([
      ['whole way, 1 connection', whole1],
      ['bare Fastify echo, 1 connection', echo1],
      ['NATS request/reply, 1 at a time', nats1],
      ['whole way, 32 connections', whole32],
      ['bare Fastify echo, 32 connections', echo32],
    ])}\n\n`,
  );
  process.stdout.write(`At 32 connections: ${results.ratio_c32.toFixed(2)} of the echo. At one: ${results.round_trips_c1.toFixed(1)} NATS round trips (medians).\n`);
  process.stdout.write(`${decisions.length} decisions answered, ${missing} of them not in the log.\n`);
  return results;
}

type M = ReturnType<typeof measured>;

/** Fifty policies, a tenth with conditions; the calls of the benchmark meet all of them and are allowed by the default. */
async function prepareGuard({ url, adminKey }: System): Promise<string> {
  const post = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(url + path, { method: 'POST', headers: { authorization: `Bearer ${adminKey ?? ''}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
  await post('/v1/guards', { id: 'bench', name: 'Benchmark' });
  for (let number = 0; number < policyCount; number += 1) {
    const conditional = number % 10 === 0;
    await post(`/v1/guard/bench/policies${number === policyCount - 1 ? '?wait=active' : ''}`, {
      name: `Policy ${number}`,
      tool_pattern: conditional ? 'customer_*' : `team${number}_*_{create,delete}`,
      action: 'block',
      priority: number,
      ...(conditional ? { conditions: { arguments: { '/amount': { gt: 1_000 + number } } } } : {}),
    });
  }
  const { key } = await post('/v1/keys', { name: 'bench agent', guards: ['bench'], roles: ['agent'] });
  return String(key);
}

function callBody(index: number): string {
  return JSON.stringify({
    session_id: 'bench',
    end_user_id: `user-${index % 100}`,
    tool_calls: [
      { id: `call_${index}`, name: 'customer_update', arguments: { customer_id: `cus_${index % 1_000}`, amount: 120, currency: 'EUR', note: 'address changed on request, see ticket', tags: ['crm', 'address'] } },
    ],
  });
}

async function natsLoad(nats: NatsConnection, durationMs: number): Promise<LoadResult> {
  const latencies: number[] = [];
  const startedAt = performance.now();
  for (let index = 0; performance.now() - startedAt < durationMs; index += 1) {
    const sentAt = performance.now();
    await nats.request('bench.echo', callBody(index), { timeout: 2_000 });
    latencies.push(performance.now() - sentAt);
  }
  return { calls: latencies.length, failures: 0, seconds: (performance.now() - startedAt) / 1_000, latenciesMs: Float64Array.from(latencies).sort(), bodies: [] };
}

/** Answered decisions without a row, once the log's writer has had time to finish. */
async function missingRows({ stack }: System, decisions: readonly string[]): Promise<number> {
  const url = new URL(stack.postgres?.url ?? '');
  url.pathname = '/holdpoint';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    const until = performance.now() + rowsWithinMs;
    for (;;) {
      const { rows } = await client.query<{ found: number }>('SELECT count(*)::int AS found FROM unnest($1::text[]) AS wanted(id) JOIN decision_log.decisions d ON d.id = wanted.id', [decisions]);
      const missing = decisions.length - (rows[0]?.found ?? 0);
      if (missing === 0 || performance.now() > until) return missing;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  } finally {
    await client.end();
  }
}

/** Starts one of the floors as a process and returns the first line it writes. */
function child(main: string, env: Readonly<Record<string, string>>): Promise<string> {
  const started: ChildProcess = spawn(process.execPath, [fileURLToPath(new URL(main, import.meta.url))], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(
    () =>
      new Promise((resolve) => {
        started.once('exit', () => resolve());
        if (!started.kill('SIGTERM')) resolve();
      }),
  );
  return new Promise((resolve, reject) => {
    if (started.stdout) createInterface({ input: started.stdout }).once('line', resolve);
    started.once('exit', (code) => reject(new Error(`${main} ended early (exit ${String(code)})`)));
  });
}
