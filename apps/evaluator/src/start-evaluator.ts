import { DryRunToolCall, EvaluateToolCalls, Health, DecisionsLogged, PublicEvents, ScanContent, allContracts, servedBy } from '@holdpoint/contracts';
import { NatsStrategy, openMessaging, PassDefects } from '@holdpoint/messaging';
import { NestLogger, newId, serveOperations, type Logger, type Metrics, type RunningService } from '@holdpoint/runtime';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.ts';
import type { EvaluatorConfig } from './config.ts';
import { DecideEvents } from './events/decide-events.ts';
import { LimitsDatabase } from './limits/limits-database.ts';
import { EvaluatorHealth } from './policies/evaluator-health.ts';
import { Lease } from './policies/lease.ts';
import { PolicySets } from './policies/policy-sets.ts';

type Surroundings = Readonly<{ config: EvaluatorConfig; log: Logger; metrics: Metrics; shutdown: AbortSignal }>;

/** One evaluator: keeps its lease and judges until it is stopped. It holds nothing that another could not fetch. */
export async function startEvaluator({ config, log, metrics, shutdown }: Surroundings): Promise<RunningService> {
  // First, for it may refuse; that it cannot be reached is no reason to wait.
  const limits = new LimitsDatabase(config.databaseUrl, log);
  await limits.start();
  const messaging = await openMessaging({ ...config.nats, name: 'evaluator', signal: shutdown, log });
  const sets = new PolicySets(log);
  const evaluatorId = newId('evaluator');
  const lease = new Lease(messaging, sets, evaluatorId, log);
  const health = new EvaluatorHealth(messaging, sets, lease, limits);
  metrics.gauge('holdpoint_lease_overdue_seconds', () => Math.max(0, lease.overdueMs) / 1_000, { description: 'time since the policy lease ran out; 0 while it holds', unit: 's' });
  await messaging.ensureStreams([DecisionsLogged, PublicEvents]);
  // Calls are taken once the policies are here, or known to be out of reach.
  await lease.start();

  const strategy = new NatsStrategy({
    messaging,
    service: 'evaluator',
    contracts: servedBy('evaluator', allContracts),
    // INVARIANT: batches that wait for the approval service never take the place of those that only need judging.
    concurrency: config.concurrency + config.parkingLimit,
  });
  const app = await NestFactory.createMicroservice(AppModule.with({ config, messaging, sets, lease, limits, health, metrics, log }), { strategy, logger: new NestLogger(log) });
  app.useGlobalFilters(new PassDefects());
  await app.listen();
  const consumptions = app.get(DecideEvents).start();
  const operations = await serveOperations({ ...config.operations, metrics, health: () => health.parts() });
  log.info({ port: operations.port }, 'operations');
  log.info({ evaluator_id: evaluatorId, answers: [EvaluateToolCalls.subject, ScanContent.subject, DryRunToolCall.subject, Health.evaluator.subject] }, 'ready');

  return {
    health: () => Promise.resolve(health.parts()),
    stop: async () => {
      // Requests in hand are answered under the lease; only then is it given back.
      await Promise.all([...consumptions.map((consumption) => consumption.stop()), app.close()]);
      await Promise.all([lease.stop(), limits.stop()]);
      await operations.close();
      await messaging.drain();
    },
  };
}
