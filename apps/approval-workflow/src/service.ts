import { allContracts, ResumeToolCalls, servedBy } from '@holdpoint/contracts';
import { NatsStrategy, openMessaging, PassDefects } from '@holdpoint/messaging';
import { openDatabase, OutboxRow } from '@holdpoint/persistence';
import { type Logger, type Metrics, NestLogger, type RunningService, serveOperations } from '@holdpoint/runtime';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.ts';
import { announcer } from './approvals/announce.ts';
import { Approvals, type Change } from './approvals/approvals.repository.ts';
import { DeadlineSweep } from './approvals/deadline-sweep.ts';
import { writeNews } from './approvals/public-news.ts';
import { Seal } from './approvals/seal.ts';
import { openChannels } from './channels/open-channels.ts';
import type { ApprovalWorkflowConfig } from './config.ts';
import { EventCalls } from './event-calls/event-calls.repository.ts';
import { FinishEventCalls } from './event-calls/finish-event-calls.ts';
import { serveWebhooks } from './http/webhook-server.ts';
import { schema } from './migrations/migrations.ts';
import { Outcomes } from './outcomes/outcomes.repository.ts';
import { ReportOutcome } from './outcomes/report-outcome.ts';
import { WorkOffOutcomes } from './outcomes/work-off-outcomes.ts';
import { Relays } from './relays.ts';
import { Retention } from './retention/retention.ts';
import { ServiceHealth } from './service-health.ts';

const service = 'approval-workflow';
const poolSize = 20;
const requestsAtOnce = 32;

type Surroundings = Readonly<{ config: ApprovalWorkflowConfig; log: Logger; metrics: Metrics; shutdown: AbortSignal }>;

/** One replica: answers, sweeps deadlines, finishes event calls, tells channels, takes decisions by webhook and relays what transactions left to publish, until it is stopped. Replicas share everything through Postgres. */
export async function startApprovalWorkflow({ config, log, metrics, shutdown }: Surroundings): Promise<RunningService> {
  const messaging = await openMessaging({ ...config.nats, name: service, signal: shutdown, log });
  const db = await openDatabase({ url: config.databaseUrl, schema, applicationName: service, entities: [OutboxRow], poolSize, log });
  const seal = new Seal(config.secretKey);
  const relays = new Relays({ db, messaging, log });
  const eventCalls = new EventCalls(db);
  const finish = new FinishEventCalls({
    rows: eventCalls,
    seal,
    resume: async (calls, options) => (await messaging.request(ResumeToolCalls, { calls }, options)).answers,
    log,
    maxRequestBytes: messaging.maxPayload / 2,
  });
  const channels = openChannels({ db, seal, privateDestinations: config.privateDestinations, metrics, log });
  const announce = announcer({ messaging, metrics, log, wakeOutbox: () => relays.wake(), wakeFinisher: () => finish.wake() });
  const onCommitted = (changes: readonly Change[]): void => {
    announce(changes);
    channels.committed();
  };
  const approvals = new Approvals({ db, alongside: [writeNews, channels.write], onCommitted });
  const sweep = new DeadlineSweep({ approvals, log });
  const webhooks = await serveWebhooks({ ...config.webhooks, decisions: channels.decisionsOn(approvals), metrics, log });
  const health = new ServiceHealth({ messaging, db, webhooks });
  const retention = new Retention({ messaging, db, log });
  const outcomes = new ReportOutcome({ approvals, outcomes: new Outcomes(db), metrics });
  observe({ metrics, approvals, eventCalls, health });

  const strategy = new NatsStrategy({ messaging, service, contracts: servedBy(service, allContracts), concurrency: requestsAtOnce });
  const app = await NestFactory.createMicroservice(AppModule.with({ approvals, channels, outcomes, seal, health, messaging, log }), { strategy, logger: new NestLogger(log) });
  app.useGlobalFilters(new PassDefects());
  for (const worker of [sweep, relays, finish, channels.sender, retention]) worker.start();
  await app.listen();
  const consumption = new WorkOffOutcomes({ messaging, reports: outcomes, log, metrics }).start();
  const operations = await serveOperations({ ...config.operations, metrics, health: () => health.parts() });
  log.info({ port: operations.port }, 'operations');
  log.info({ port: webhooks.port }, 'webhooks');
  log.info({}, 'ready');

  return {
    health: () => health.parts(),
    stop: async () => {
      // What is in hand is answered first; what a last answer put into the outbox waits there for the next replica.
      await Promise.all([app.close(), webhooks.close()]);
      await Promise.all([sweep.stop(), relays.stop(), finish.stop(), channels.sender.stop(), retention.stop(), consumption.stop(), operations.close()]);
      await messaging.drain();
      await db.destroy();
    },
  };
}

function observe({ metrics, approvals, eventCalls, health }: Readonly<{ metrics: Metrics; approvals: Approvals; eventCalls: EventCalls; health: ServiceHealth }>): void {
  metrics.gauge('holdpoint_approvals_pending', async () => (await approvals.pending()).count, { description: 'Parked calls that wait for people' });
  metrics.gauge('holdpoint_approvals_oldest_pending_seconds', async () => (await approvals.pending()).oldestSeconds, { description: 'How long the longest of them has waited', unit: 's' });
  metrics.gauge('holdpoint_outbox_oldest_seconds', async () => (await health.outbox()).oldestSeconds, { description: 'How long the oldest of them has waited', unit: 's' });
  metrics.gauge('holdpoint_outbox_rows', async () => (await health.outbox()).rows, { description: 'Release records and public events not yet acknowledged by their streams' });
  metrics.gauge('holdpoint_event_calls_unfinished', () => eventCalls.unfinished(), { description: 'Settled calls that came as events and have no final decision yet' });
}
