import { allContracts, servedBy } from '@holdpoint/contracts';
import { NatsStrategy, openMessaging, PassDefects, type StreamConsumption } from '@holdpoint/messaging';
import { openDatabase } from '@holdpoint/persistence';
import { NestLogger, type PartHealth, type RunningService, serveOperations, type StartContext } from '@holdpoint/runtime';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { DecisionLogModule } from './app.module.ts';
import type { ServiceConfig } from './config.ts';
import { DecisionsRepository } from './decisions/decisions.repository.ts';
import { LogDecisions } from './decisions/log-decisions.ts';
import { Retention } from './decisions/retention.ts';
import { Parts } from './health.controller.ts';
import { repeat } from './repeat.ts';
import { RequestLog } from './request-log.ts';

const service = 'decision-log';
const schema = 'decision_log';
const hourMs = 3_600_000;
const longestLagSeconds = 60;
/** Retention asks policy-admin, which may be starting as well. */
const retentionDelayMs = 30_000;

/** Writes the stream of decisions to Postgres and answers questions about them; `stop` commits and acknowledges what is in hand. */
export async function startDecisionLog(config: ServiceConfig, { log, metrics, shutdown }: StartContext): Promise<RunningService> {
  const database = await openDatabase({ url: config.databaseUrl, schema, entities: [], log, applicationName: service, poolSize: 8 });
  const messaging = await openMessaging({ ...config.nats, name: service, signal: shutdown, log });
  const strategy = new NatsStrategy({ messaging, service, contracts: servedBy(service, allContracts), concurrency: 4 });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(DecisionLogModule.with({ database, messaging }), { strategy, logger: new NestLogger(log), abortOnError: false });
  app.useGlobalFilters(new PassDefects());
  app.useGlobalInterceptors(new RequestLog(log));

  const decisions = app.get(DecisionsRepository);
  const retention = new Retention({ messaging, decisions, log });
  const partitioning = repeat({
    name: 'make partitions',
    everyMs: hourMs,
    act: async () => {
      const made = await decisions.ensurePartitions(await decisions.now());
      if (made.length > 0) log.info({ made }, 'partitions made');
    },
    log,
  });
  const forgetting = repeat({ name: 'retention', everyMs: hourMs, delayMs: retentionDelayMs, act: async () => retention.enforce(await decisions.now(), () => !shutdown.aborted), log });
  const consumption = new LogDecisions({ messaging, decisions, log, metrics }).start();
  app.get(Parts).show(() => lagOf(consumption));
  const health = () => app.get(Parts).health();
  const operations = await serveOperations({ ...config.operations, metrics, health });
  await app.listen();
  log.info({ port: operations.port }, 'operations');
  log.info({ natsServer: messaging.serverVersion }, 'ready');

  return {
    health,
    stop: async () => {
      await consumption.stop();
      await app.close();
      await Promise.all([partitioning.stop(), forgetting.stop()]);
      await messaging.drain();
      await operations.close();
      await database.destroy();
    },
  };
}

/** How far the rows are behind the stream. A backlog is worked off, and says so, while everything answers. */
async function lagOf(consumption: StreamConsumption): Promise<PartHealth> {
  try {
    const [messages, seconds] = [await consumption.lag(), await consumption.lagSeconds()];
    return { part: 'lag', ok: seconds <= longestLagSeconds, detail: `${messages} messages of the stream are not in Postgres, the oldest for ${Math.round(seconds)} s` };
  } catch (error) {
    return { part: 'lag', ok: false, detail: error instanceof Error ? error.message : 'unknown' };
  }
}
