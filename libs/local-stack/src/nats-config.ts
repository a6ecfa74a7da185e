export type NatsPermissions = Readonly<{ publish: readonly string[]; subscribe: readonly string[]; allowResponses?: boolean }>;
export type NatsUser = Readonly<{ user: string; password: string; permissions?: NatsPermissions }>;
/** A variable that the server reads when it starts. Its value is read as configuration: a password goes in double quotes. */
export type EnvironmentReference = Readonly<{ variable: string }>;

/** Lets holders of API keys in: whoever is none of `users` is signed in by the gateway, which answers under the account key `issuer`. */
export type NatsDoor<Secret = string | EnvironmentReference> = Readonly<{
  /** Public account key (`A…`) whose signature counts; its seed is the gateway's alone. */
  issuer: Secret;
  /** The one user of the system account. */
  system: Omit<NatsUser, 'password'> & Readonly<{ password: Secret }>;
}>;

export type NatsConfig = Readonly<{
  /** `2.14.9`; options that an older server does not know are left out for it. */
  serverVersion: string;
  port: number;
  /** Default 127.0.0.1. */
  host?: string;
  storeDir: string;
  /** None: everybody may do everything; for tests only. A user without `permissions` may do everything. */
  users: readonly (Omit<NatsUser, 'password'> & Readonly<{ password: string | EnvironmentReference }>)[];
  /** Servers before 2.10 cannot ask anybody: there the door is left out. Needs `users`. */
  door?: NatsDoor;
  serverName?: string;
  /**
   * When an acknowledged JetStream message is on the disk: `always` before the acknowledgement, else at least every so
   * often (`2s`). Servers before 2.10 have a fixed minute and no such option.
   */
  sync?: string;
  /** Where the server tells about itself over HTTP, such as `127.0.0.1:8222`; absent: nowhere. */
  monitor?: string;
}>;

/**
 * How old an acknowledged message may be that a power cut loses. Decisions are rows of Postgres well within it, so that
 * a sync per message would protect little more and cost a fifth of the throughput (docs/adr/0009).
 */
export const natsSyncInterval = '1s';

/** The first server that can ask the gateway who somebody is. */
export const natsDoorVersion = '2.10.0';

/** Bytes; the server's own default is 1 MiB. */
export const natsMaxPayload = 8 * 1024 * 1024;

/** The configuration file of one JetStream server: no monitoring port unless asked for, users with no more than their permissions. */
export function natsConfig(config: NatsConfig): string {
  const lines = [
    `listen: ${quoted(`${config.host ?? '127.0.0.1'}:${config.port}`)}`,
    ...(config.serverName === undefined ? [] : [`server_name: ${quoted(config.serverName)}`]),
    ...(config.monitor === undefined ? [] : [`http: ${quoted(config.monitor)}`]),
    `max_payload: ${natsMaxPayload}`,
    'jetstream {',
    `  store_dir: ${quoted(config.storeDir)}`,
    ...(config.sync !== undefined && isAtLeast(config.serverVersion, '2.10.0') ? [`  sync_interval: ${quoted(config.sync)}`] : []),
    '}',
  ];
  const door = isAtLeast(config.serverVersion, natsDoorVersion) ? config.door : undefined;
  if (door !== undefined) lines.push('accounts {', '  SYS: { users: [', ...userLines(door.system), '  ] }', '}', 'system_account: SYS');
  if (config.users.length > 0) lines.push('authorization {', '  users: [', ...config.users.flatMap(userLines), '  ]', ...(door === undefined ? [] : doorLines(door, config.users)), '}');
  return `${lines.join('\n')}\n`;
}

/** Compares versions such as `2.9.10`; what follows the three numbers does not count. */
export function isAtLeast(version: string, least: string): boolean {
  const [have, want] = [numbers(version), numbers(least)];
  const differing = have.findIndex((number, index) => number !== want[index]);
  return differing === -1 || (have[differing] ?? 0) > (want[differing] ?? 0);
}

function doorLines({ issuer, system }: NatsDoor, users: NatsConfig['users']): string[] {
  const known = [...users, system].map(({ user }) => quoted(user));
  return ['  auth_callout {', `    issuer: ${secret(issuer)}`, `    auth_users: [${known.join(', ')}]`, '  }'];
}

const secret = (value: string | EnvironmentReference): string => (typeof value === 'string' ? quoted(value) : reference(value));

function userLines({ user, password, permissions }: NatsConfig['users'][number]): string[] {
  const credentials = `user: ${quoted(user)}, password: ${secret(password)}`;
  if (permissions === undefined) return [`    { ${credentials} }`];
  return [
    `    { ${credentials}, permissions: {`,
    `        publish: ${subjects(permissions.publish)}`,
    `        subscribe: ${subjects(permissions.subscribe)}`,
    ...(permissions.allowResponses === true ? ['        allow_responses: { max: 10000, expires: "15m" }'] : []),
    '    } }',
  ];
}

/** INVARIANT: an empty list forbids everything; the server itself reads an empty allow list as "everything". */
function subjects(allowed: readonly string[]): string {
  return allowed.length === 0 ? '{ deny: [">"] }' : `{ allow: [${allowed.map(quoted).join(', ')}] }`;
}

function reference({ variable }: EnvironmentReference): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) throw new TypeError(`\`${variable}\` cannot be the name of a variable`);
  return `$${variable}`;
}

function quoted(text: string): string {
  if (/[\p{Cc}]/u.test(text)) throw new TypeError('a control character cannot stand in a NATS configuration');
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function numbers(version: string): readonly number[] {
  const [major, minor, patch] = /(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? [];
  return [major ?? 0, minor ?? 0, patch ?? 0];
}
