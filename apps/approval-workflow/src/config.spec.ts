import { describe, expect, it } from '@jest/globals';
import { InvalidConfig, readConfig } from '@holdpoint/runtime';
import { ApprovalWorkflowEnvironment } from './config.ts';

describe('configuration', () => {
  it.each([
    ['base64', Buffer.alloc(32, 0xab).toString('base64')],
    ['base64 without padding', Buffer.alloc(32, 0xab).toString('base64').replace('=', '')],
    ['hex', 'ab'.repeat(32)],
    ['upper-case hex', 'AB'.repeat(32)],
  ])('takes a secret key as %s', (_, key) => {
    expect(readConfig(ApprovalWorkflowEnvironment, { ...environment, HOLDPOINT_SECRET_KEY: key }).secretKey).toEqual(Buffer.alloc(32, 0xab));
  });

  it.each([undefined, '', 'secret', 'ab'.repeat(31), 'ab'.repeat(33), Buffer.alloc(31).toString('base64'), Buffer.alloc(33).toString('base64'), '*'.repeat(44)])(
    'does not start with the secret key %p',
    (key) => {
      expect(() => readConfig(ApprovalWorkflowEnvironment, { ...environment, HOLDPOINT_SECRET_KEY: key })).toThrow(InvalidConfig);
    },
  );

  it('never shows a bad secret key', () => {
    const given = 'my-very-own-secret';
    expect(() => readConfig(ApprovalWorkflowEnvironment, { ...environment, HOLDPOINT_SECRET_KEY: given })).toThrow(expect.not.objectContaining({ message: expect.stringContaining(given) }));
  });

  it('reads the private destinations that webhooks may reach', () => {
    const { privateDestinations } = readConfig(ApprovalWorkflowEnvironment, { ...environment, HOLDPOINT_PRIVATE_DESTINATIONS: ' 10.0.0.0/8, 127.0.0.1 ,fd00::/8,' });
    expect(privateDestinations.map(([address, bits]) => `${address.toString()}/${bits}`)).toEqual(['10.0.0.0/8', '127.0.0.1/32', 'fd00::/8']);
    expect(readConfig(ApprovalWorkflowEnvironment, environment)).toMatchObject({ privateDestinations: [], webhooks: { host: '127.0.0.1', port: 8081 } });
  });

  it.each(['10.0.0.0/33', 'localhost', '10.0.0.0/8;192.168.0.0/16', '*'])('does not start with the private destinations %p', (given) => {
    expect(() => readConfig(ApprovalWorkflowEnvironment, { ...environment, HOLDPOINT_PRIVATE_DESTINATIONS: given })).toThrow(/HOLDPOINT_PRIVATE_DESTINATIONS/);
  });

  it('names everything that is missing at once', () => {
    expect(() => readConfig(ApprovalWorkflowEnvironment, {})).toThrow(/NATS_URL[^]*DATABASE_URL[^]*HOLDPOINT_SECRET_KEY/);
  });
});

const environment = {
  NATS_URL: 'nats://127.0.0.1:4222',
  NATS_USER: 'approval-workflow',
  NATS_PASSWORD: 'nats-password',
  DATABASE_URL: 'postgres://approval_workflow:database-password@127.0.0.1:5432/holdpoint',
  HOLDPOINT_SECRET_KEY: 'ab'.repeat(32),
};
