import { NestLogger } from '@holdpoint/runtime';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, assemble, type GatewayNeeds } from './app.module.ts';
import { ProblemFilter } from './http/problem.filter.ts';
import { httpAdapter } from './http/server.ts';

export type Gateway = Readonly<{
  app: NestFastifyApplication;
  /** Starts what runs beside the requests. */
  start: () => void;
  /** Held callers get their pending state, requests in hand their answer; nothing new is taken. */
  stop: () => Promise<void>;
}>;

/** Connections that are still busy this long after the stop are cut. */
const answerWithinMs = 6_000;

export async function createGateway(needs: GatewayNeeds): Promise<Gateway> {
  const parts = assemble(needs);
  const adapter = httpAdapter({ log: needs.log, metrics: parts.metrics, traced: needs.config.tracing !== undefined });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(parts), adapter, { bodyParser: false, logger: new NestLogger(needs.log), abortOnError: false });
  app.useGlobalGuards(parts.access);
  app.useGlobalFilters(new ProblemFilter(needs.log));
  return {
    app,
    start: () => {
      parts.sync.start();
      parts.waits.start();
      parts.door.start();
    },
    stop: async () => {
      parts.parts.stop();
      parts.waits.stop();
      const server = adapter.getHttpServer();
      const cut = setTimeout(() => server.closeAllConnections(), answerWithinMs);
      await Promise.all([app.close(), parts.door.stop()]);
      clearTimeout(cut);
      parts.sync.stop();
    },
  };
}
