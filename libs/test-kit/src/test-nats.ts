import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import {
  fetchDebianNatsServer,
  locateNatsServer,
  startLocalStack,
  type Log,
  type NatsDoorSecrets,
  type NatsPermissions,
  type NatsServer,
  type NatsServerBinary,
  type NatsUser,
} from '@holdpoint/local-stack';

export type TestNatsOptions = Readonly<{
  /** None: everybody may do everything without signing in. Passwords are generated. */
  users?: readonly Readonly<{ user: string; permissions?: NatsPermissions }>[];
  /** Opens the server to holders of API keys, with this user in the system account. */
  door?: Readonly<{ user: string; permissions: NatsPermissions }>;
  /** `pinned` (default): whatever `locateNatsServer` finds. `debian`: Debian's 2.9.10; rejects with one sentence where apt cannot fetch it. */
  binary?: 'pinned' | 'debian' | NatsServerBinary;
  /** Hears what the server says. Default: nobody. */
  log?: Log;
}>;

export type TestNats = NatsServer &
  Readonly<{
    /** A user of `users` with its password, for `connect({ servers: url, user, pass: password })`. */
    user(name: string): NatsUser;
    /** What the gateway opens the door with, where `door` was asked for. */
    door: NatsDoorSecrets | undefined;
  }>;

/** A nats-server with JetStream of the caller's own, on a free loopback port, with its store in a temporary folder that `stop()` removes. */
export async function startNats(options: TestNatsOptions = {}): Promise<TestNats> {
  const log = options.log ?? silent;
  const natsServer = await binaryOf(options.binary ?? 'pinned', log);
  const dataDir = mkdtempSync(join(tmpdir(), 'holdpoint-test-nats-'));
  try {
    const stack = await startLocalStack({ dataDir, natsUsers: options.users ?? [], natsDoor: options.door, env, log, postgres: false, durability: 'test', natsServer });
    const nats = stack.nats;
    if (nats === undefined) throw new Error('the stack has no NATS');
    return {
      ...nats,
      get pid() {
        return nats.pid;
      },
      door: stack.natsDoor,
      user: (name) => {
        const found = nats.users.find(({ user }) => user === name);
        if (found === undefined) throw new Error(`startNats was given no user \`${name}\``);
        return found;
      },
      stop: async () => {
        await stack.stop();
        rmSync(dataDir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  }
}

function binaryOf(binary: NonNullable<TestNatsOptions['binary']>, log: Log): Promise<NatsServerBinary> | NatsServerBinary {
  if (binary === 'pinned') return locateNatsServer({ env, log });
  return binary === 'debian' ? fetchDebianNatsServer({ env, log }) : binary;
}

function silent(): void {
  return undefined;
}
