import { describe, expect, it } from '@jest/globals';
import { readConfig } from '@holdpoint/runtime';
import { EvaluatorEnvironment } from './config.ts';

describe('configuration', () => {
  it('needs the addresses of NATS and of Postgres and nothing else', () => {
    expect(readConfig(EvaluatorEnvironment, { NATS_URL: 'nats://127.0.0.1:4222', DATABASE_URL: 'postgres://evaluator@db/holdpoint' })).toEqual({
      nats: { servers: 'nats://127.0.0.1:4222', replicas: 1 },
      databaseUrl: 'postgres://evaluator@db/holdpoint',
      logLevel: 'info',
      operations: { host: '127.0.0.1', port: 0 },
      concurrency: 32,
      parkingLimit: 500,
    });
  });

  it('takes what the environment says', () => {
    const environment = { NATS_URL: 'n', DATABASE_URL: 'd', NATS_USER: 'evaluator', NATS_PASSWORD: 'p', LOG_LEVEL: 'silent', HOLDPOINT_METRICS_PORT_EVALUATOR: '9003', EVALUATOR_CONCURRENCY: '4', EVALUATOR_PARKING_LIMIT: '7' };
    expect(readConfig(EvaluatorEnvironment, environment)).toEqual({
      nats: { servers: 'n', user: 'evaluator', password: 'p', replicas: 1 },
      databaseUrl: 'd',
      logLevel: 'silent',
      operations: { host: '127.0.0.1', port: 9003 },
      concurrency: 4,
      parkingLimit: 7,
    });
  });

  it('names everything that is missing or wrong at once', () => {
    const environment = { LOG_LEVEL: 'loud', HOLDPOINT_METRICS_PORT_EVALUATOR: '65536', EVALUATOR_CONCURRENCY: '0', EVALUATOR_PARKING_LIMIT: 'many' };
    expect(() => readConfig(EvaluatorEnvironment, environment)).toThrow(/NATS_URL[^]*LOG_LEVEL[^]*DATABASE_URL[^]*HOLDPOINT_METRICS_PORT_EVALUATOR[^]*EVALUATOR_CONCURRENCY[^]*EVALUATOR_PARKING_LIMIT/);
  });
});
