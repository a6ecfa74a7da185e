import { describe, expect, it } from '@jest/globals';
import { readConfig } from '@holdpoint/runtime';
import { DecisionLogEnvironment, MigrateEnvironment, PolicyAdminEnvironment } from './config.ts';

describe('configuration', () => {
  it('names everything that is missing or wrong at once', () => {
    const environment = { HOLDPOINT_METRICS_PORT_POLICY_ADMIN: 'x', NATS_URL: 'nats://127.0.0.1:4222' };
    expect(() => readConfig(PolicyAdminEnvironment, environment)).toThrow(/DATABASE_URL[^]*HOLDPOINT_METRICS_PORT_POLICY_ADMIN/);
  });

  it('gives each service its own metrics port', () => {
    const environment = { NATS_URL: 'n', NATS_USER: 'u', NATS_PASSWORD: 'p', DATABASE_URL: 'd', HOLDPOINT_METRICS_PORT_POLICY_ADMIN: '9001', HOLDPOINT_METRICS_PORT_DECISION_LOG: '9002' };
    expect(readConfig(PolicyAdminEnvironment, environment).operations).toEqual({ host: '127.0.0.1', port: 9001 });
    expect(readConfig(DecisionLogEnvironment, environment).operations).toEqual({ host: '127.0.0.1', port: 9002 });
  });

  it('refuses an admin key of another form in one sentence that does not show it', () => {
    const environment = { DATABASE_ADMIN_URL: 'postgres://x', POLICY_ADMIN_DB_PASSWORD: 'longenough', DECISION_LOG_DB_PASSWORD: 'longenough', HOLDPOINT_ADMIN_KEY: 'hp_sk_tooshort' };
    expect(() => readConfig(MigrateEnvironment, environment)).toThrow(/^invalid configuration\n {2}HOLDPOINT_ADMIN_KEY: must look like hp_sk_(?!tooshort)/);
  });
});
