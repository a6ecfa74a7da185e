import { allContracts, servedBy } from '@holdpoint/contracts';
import { NatsStrategy, openMessaging, PassDefects } from '@holdpoint/messaging';
import { openDatabase } from '@holdpoint/persistence';
import { NestLogger, type RunningService, serveOperations, type StartContext } from '@holdpoint/runtime';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { PolicyAdminModule } from './app.module.ts';
import type { ServiceConfig } from './config.ts';
import { Parts } from './health.controller.ts';
import { ActiveBarrier } from './leases/active-barrier.ts';
import { LeasesRepository } from './leases/leases.repository.ts';
import { repeat } from './repeat.ts';
import { RequestLog } from './request-log.ts';

const service = 'policy-admin';
const schema = 'policy_admin';
const sweepEveryMs = 60_000;

/** Opens what policy-admin stands on and answers requests; `stop` answers what was taken before it lets go. */
export async function startPolicyAdmin(config: ServiceConfig, { log, metrics, shutdown }: StartContext): Promise<RunningService> {
  const pool = { url: config.databaseUrl, schema, entities: [], log };
  const database = await openDatabase({ ...pool, applicationName: service, poolSize: 8 });
  const freshnessDatabase = await openDatabase({ ...pool, applicationName: `${service}-freshness`, poolSize: 4, statementTimeoutMs: 4_000 });
  const messaging = await openMessaging({ ...config.nats, name: service, signal: shutdown, log });
  const strategy = new NatsStrategy({ messaging, service, contracts: servedBy(service, allContracts), concurrency: 16 });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(PolicyAdminModule.with({ database, freshnessDatabase, messaging }), { strategy, logger: new NestLogger(log), abortOnError: false });
  app.useGlobalFilters(new PassDefects());
  app.useGlobalInterceptors(new RequestLog(log));

  const leases = app.get(LeasesRepository);
  metrics.gauge('holdpoint_lease_age_seconds', async () => (await leases.live()).map(({ evaluatorId, ageMs }) => ({ value: ageMs / 1_000, attributes: { evaluator: evaluatorId } })), {
    description: 'time since each live evaluator last renewed its lease',
  });
  const sweep = repeat({ name: 'sweep leases', everyMs: sweepEveryMs, act: () => leases.sweep(), log });
  const health = () => app.get(Parts).health();
  const operations = await serveOperations({ ...config.operations, metrics, health });
  await app.listen();
  log.info({ port: operations.port }, 'operations');
  log.info({ natsServer: messaging.serverVersion }, 'ready');

  return {
    health,
    stop: async () => {
      app.get(ActiveBarrier).giveUp();
      await app.close();
      await sweep.stop();
      await messaging.drain();
      await operations.close();
      await Promise.all([database.destroy(), freshnessDatabase.destroy()]);
    },
  };
}
