import { allContracts, DecisionsLogged, servedBy } from '@holdpoint/contracts';
import { NatsStrategy, openMessaging, PassDefects } from '@holdpoint/messaging';
import { openDatabase, OutboxRelay, OutboxRow } from '@holdpoint/persistence';
import { type Logger, type Metrics, NestLogger, type RunningService, serveOperations } from '@holdpoint/runtime';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.ts';
import { announcer } from './approvals/announce.ts';
import { Approvals } from './approvals/approvals.repository.ts';
import { DeadlineSweep } from './approvals/deadline-sweep.ts';
import { Seal } from './approvals/seal.ts';
import type { ApprovalWorkflowConfig } from './config.ts';
import { schema } from './migrations/migrations.ts';
import { ServiceHealth } from './service-health.ts';

const service = 'approval-workflow';
const poolSize = 20;
const requestsAtOnce = 32;
const publishTimeoutMs = 5_000;

type Surroundings = Readonly<{ config: ApprovalWorkflowConfig; log: Logger; metrics: Metrics; shutdown: AbortSignal }>;

/** One replica: answers, sweeps deadlines and relays release records until it is stopped. Replicas share everything through Postgres. */
export async function startApprovalWorkflow({ config, log, metrics, shutdown }: Surroundings): Promise<RunningService> {
  const messaging = await openMessaging({ ...config.nats, name: service, signal: shutdown, log });
  const db = await openDatabase({ url: config.databaseUrl, schema, applicationName: service, entities: [OutboxRow], poolSize, log });
  const relay = new OutboxRelay({
    dataSource: db,
    publish: async ({ subject, body, msgId }) => {
      await messaging.publish(DecisionsLogged, subject, JSON.parse(body) as { decisions: unknown[] }, { timeoutMs: publishTimeoutMs, msgId });
    },
    log,
  });
  const approvals = new Approvals({ db, onCommitted: announcer({ messaging, metrics, log, wakeOutbox: () => relay.wake() }) });
  const sweep = new DeadlineSweep({ approvals, log });
  const health = new ServiceHealth({ messaging, db });
  observe({ metrics, approvals, health });

  const strategy = new NatsStrategy({ messaging, service, contracts: servedBy(service, allContracts), concurrency: requestsAtOnce });
  const app = await NestFactory.createMicroservice(AppModule.with({ approvals, seal: new Seal(config.secretKey), health, messaging, log }), { strategy, logger: new NestLogger(log) });
  app.useGlobalFilters(new PassDefects());
  sweep.start();
  relay.start();
  await app.listen();
  const operations = await serveOperations({ ...config.operations, metrics, health: () => health.parts() });
  log.info({ port: operations.port }, 'operations');
  log.info({}, 'ready');

  return {
    health: () => health.parts(),
    stop: async () => {
      // What is in hand is answered first; what a last answer put into the outbox waits there for the next replica.
      await app.close();
      await Promise.all([sweep.stop(), relay.stop(), operations.close()]);
      await messaging.drain();
      await db.destroy();
    },
  };
}

function observe({ metrics, approvals, health }: Readonly<{ metrics: Metrics; approvals: Approvals; health: ServiceHealth }>): void {
  metrics.gauge('holdpoint_approvals_pending', async () => (await approvals.pending()).count, { description: 'Parked calls that wait for people' });
  metrics.gauge('holdpoint_approvals_oldest_pending_seconds', async () => (await approvals.pending()).oldestSeconds, { description: 'How long the longest of them has waited', unit: 's' });
  metrics.gauge('holdpoint_outbox_rows', async () => (await health.outbox()).rows, { description: 'Release records not yet acknowledged by the decision log' });
}
