import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { allContracts, parseApiKey, permissionsOf, serviceNames, systemUser, systemUserPermissions, type ServiceName } from '@holdpoint/contracts';
import { demandPort, freePort } from './free-port.ts';
import { LocalStackError } from './local-stack-error.ts';
import { startLocalStack, type LocalStack, type LocalStackOptions } from './local-stack.ts';
import type { Environment } from './log.ts';
import { isAtLeast, natsDoorVersion } from './nats-config.ts';
import { ServiceProcess, type ServiceExit } from './service-process.ts';

export type SystemOptions = Readonly<{
  /** The folder that holds `apps/`, built. */
  root: string;
  dataDir: string;
  /** Handed on to the services, without what is none of their business. */
  env: Environment;
  /** A line of a service or of the stack. */
  onLine: (part: string, line: string) => void;
  /** Default 127.0.0.1. */
  host?: string;
  /** The gateway's; absent: any free one. */
  port?: number | undefined;
  /** Where decisions by webhook arrive. Default 127.0.0.1. */
  approvalsHost?: string | undefined;
  /** The port of that; absent: any free one. */
  approvalsPort?: number | undefined;
  /** Addresses and CIDR ranges, separated by commas, that webhooks may reach besides public addresses. */
  privateDestinations?: string | undefined;
  /** Default 1. */
  evaluators?: number;
  /** The first admin key, on an empty database; absent: generated. */
  adminKey?: string | undefined;
  /** A NATS server that runs already, credentials in the address. */
  natsUrl?: string | undefined;
  /** A Postgres server that runs already: an address of a role that may create roles and databases. */
  databaseUrl?: string | undefined;
  secretKey?: string | undefined;
  durability?: LocalStackOptions['durability'];
  postgresTemplate?: LocalStackOptions['postgresTemplate'];
  /** A service ended that nobody asked to. Default: it is started again after a second. */
  onCrash?: (service: ServiceProcess, exit: ServiceExit) => void;
  /** Gives up starting. */
  signal?: AbortSignal;
}>;

const mains: Readonly<Record<ServiceName, string>> = {
  'policy-admin': 'policy-admin/dist/main.js',
  'decision-log': 'policy-admin/dist/decision-log.main.js',
  'approval-workflow': 'approval-workflow/dist/main.js',
  evaluator: 'evaluator/dist/main.js',
  gateway: 'gateway/dist/main.js',
};

/** Database roles, one per service that keeps state; each owns the schema of its name. */
const roles = { 'policy-admin': 'policy_admin', 'decision-log': 'decision_log', 'approval-workflow': 'approval_workflow', evaluator: 'evaluator' } as const;

const database = 'holdpoint';
const readyWithinMs = 60_000;
const restartAfterMs = 1_000;
/** What a service exits with whose environment it cannot use; another start would change nothing. */
const invalidConfig = 78;
/** Variables that only the launcher and the migrate step may see. */
const withheld = /^(HOLDPOINT_ADMIN_KEY|HOLDPOINT_SECRET_KEY|DATABASE_URL|NATS_URL|NATS_USER|NATS_PASSWORD|HOLDPOINT_NATS_ISSUER_SEED|HOLDPOINT_NATS_SYSTEM_USER|HOLDPOINT_NATS_SYSTEM_PASSWORD|.*_DB_PASSWORD|npm_.*)$/;

/** The whole system as processes on this machine: NATS, Postgres, migrations, and every service. */
export class System {
  readonly services: ServiceProcess[] = [];
  private stopping = false;
  private misconfigured: string | undefined;

  private constructor(
    readonly url: string,
    /** Where decisions by webhook arrive. */
    readonly approvalsUrl: string,
    readonly stack: LocalStack,
    /** The first admin key; null when the database had one already. */
    readonly adminKey: string | null,
    private readonly options: SystemOptions,
    private readonly ports: Readonly<{ gateway: number; approvals: number }>,
  ) {}

  /** Resolves when the gateway is ready. Rejects with one clear sentence, and leaves nothing running. */
  static async start(options: SystemOptions): Promise<System> {
    const host = options.host ?? '127.0.0.1';
    if (options.adminKey !== undefined && !parseApiKey(options.adminKey)) {
      throw new LocalStackError('admin_key_malformed', 'HOLDPOINT_ADMIN_KEY must be `hp_sk_`, 12 letters or digits, `_` and 43 base64url characters');
    }
    const ports = {
      gateway: options.port === undefined ? await freePort() : await demandPort('the gateway', options.port),
      approvals: options.approvalsPort === undefined ? await freePort() : await demandPort('the approval service', options.approvalsPort),
    };
    const stack = await startLocalStack({
      dataDir: options.dataDir,
      natsUsers: serviceNames.map((service) => ({ user: service, permissions: permissionsOf(service, allContracts) })),
      natsDoor: { user: systemUser, permissions: systemUserPermissions },
      env: options.env,
      log: ({ part, level, message }) => options.onLine(part, JSON.stringify({ level, msg: message })),
      nats: options.natsUrl === undefined,
      postgres: options.databaseUrl === undefined,
      ...(options.durability === undefined ? {} : { durability: options.durability }),
      ...(options.postgresTemplate === undefined ? {} : { postgresTemplate: options.postgresTemplate }),
    });
    try {
      const adminKey = await migrate(options, stack);
      const system = new System(httpUrl(host, ports.gateway), httpUrl(options.approvalsHost ?? '127.0.0.1', ports.approvals), stack, adminKey, options, ports);
      try {
        system.launch();
        await system.ready(options.signal);
        return system;
      } catch (error) {
        await system.stopServices();
        throw error;
      }
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  /** Where holders of API keys find NATS; null: a server of somebody else's, or one that cannot ask who signs in. */
  get natsDoorUrl(): string | null {
    const { nats } = this.stack;
    return nats !== undefined && isAtLeast(nats.version, natsDoorVersion) ? nats.url : null;
  }

  /** The first service of that name. */
  service(name: string): ServiceProcess {
    const found = this.services.find((service) => service.name === name);
    if (!found) throw new Error(`no service \`${name}\``);
    return found;
  }

  /** One more replica; `env` goes before what every evaluator gets. */
  addEvaluator(env: Environment = {}): ServiceProcess {
    const count = this.services.filter((service) => service.name.startsWith('evaluator')).length;
    return this.add('evaluator', count === 0 ? 'evaluator' : `evaluator-${count + 1}`, env);
  }

  /** Resolves when the gateway says that it can answer. */
  async ready(signal?: AbortSignal): Promise<void> {
    const until = performance.now() + readyWithinMs;
    for (;;) {
      signal?.throwIfAborted();
      if (this.misconfigured !== undefined) throw new LocalStackError('service_misconfigured', `${this.misconfigured} cannot use its settings; its lines above name them`);
      const status = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).then(
        async (response) => {
          await response.arrayBuffer();
          return response.status;
        },
        () => 0,
      );
      if (status === 200) return;
      if (performance.now() > until) throw new LocalStackError('services_not_ready', `the services were not ready within ${readyWithinMs / 1_000} s; their log lines above say why`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Ends the services, callers' answers first, then NATS and Postgres. */
  async stop(): Promise<void> {
    await this.stopServices();
    await this.stack.stop();
  }

  private launch(): void {
    this.add('policy-admin');
    this.add('decision-log');
    this.add('approval-workflow');
    for (let count = 0; count < (this.options.evaluators ?? 1); count += 1) this.addEvaluator();
    this.add('gateway');
  }

  private add(service: ServiceName, name: string = service, env: Environment = {}): ServiceProcess {
    const started = new ServiceProcess({
      name,
      main: join(this.options.root, 'apps', mains[service]),
      env: { ...inherited(this.options.env), ...this.environmentOf(service), ...env },
      onLine: this.options.onLine,
      onCrash: (crashed, exit) => this.onCrash(crashed, exit),
    });
    this.services.push(started);
    started.start();
    return started;
  }

  private environmentOf(service: ServiceName): Environment {
    const { options, stack } = this;
    return {
      ...natsEnvironment(options, stack, service),
      ...(service in roles ? { DATABASE_URL: databaseUrl(options, stack, service as keyof typeof roles) } : {}),
      ...(service === 'approval-workflow' ? { HOLDPOINT_SECRET_KEY: options.secretKey ?? Buffer.from(stack.secret('secret-key'), 'base64url').toString('base64') } : {}),
      ...(service === 'approval-workflow' ? this.webhooksEnvironment() : {}),
      ...(service === 'gateway' ? { HOLDPOINT_HOST: options.host ?? '127.0.0.1', HOLDPOINT_PORT: String(this.ports.gateway), ...doorEnvironment(options, stack) } : {}),
    };
  }

  private webhooksEnvironment(): Environment {
    const { approvalsHost = '127.0.0.1', privateDestinations } = this.options;
    return {
      HOLDPOINT_APPROVALS_HOST: approvalsHost,
      HOLDPOINT_APPROVALS_PORT: String(this.ports.approvals),
      ...(privateDestinations === undefined ? {} : { HOLDPOINT_PRIVATE_DESTINATIONS: privateDestinations }),
    };
  }

  private onCrash(service: ServiceProcess, exit: ServiceExit): void {
    if (this.stopping) return;
    if (exit.code === invalidConfig) {
      this.misconfigured = service.name;
      return;
    }
    if (this.options.onCrash) {
      this.options.onCrash(service, exit);
      return;
    }
    this.options.onLine(service.name, JSON.stringify({ level: 'error', msg: `ended unexpectedly (${exit.signal ?? `exit ${String(exit.code)}`}), starting it again` }));
    setTimeout(() => {
      if (!this.stopping) service.start();
    }, restartAfterMs);
  }

  private async stopServices(): Promise<void> {
    this.stopping = true;
    // The gateway answers its callers first; what it asks for meanwhile is still there to answer.
    const [last, ...others] = [...this.services].reverse();
    await last?.stop();
    await Promise.all(others.map((service) => service.stop()));
  }
}

/** Runs the migrate steps of every service that keeps state, at the same time: they take a lock. Returns the admin key if it is new. */
async function migrate(options: SystemOptions, stack: LocalStack): Promise<string | null> {
  const adminKey = options.adminKey ?? `hp_sk_${randomLetters(12)}_${randomBytes(32).toString('base64url')}`;
  const environment = {
    ...inherited(options.env),
    DATABASE_ADMIN_URL: adminUrl(options, stack),
    HOLDPOINT_DATABASE: database,
    POLICY_ADMIN_DB_PASSWORD: stack.secret('postgres.policy_admin'),
    DECISION_LOG_DB_PASSWORD: stack.secret('postgres.decision_log'),
    APPROVAL_WORKFLOW_DB_PASSWORD: stack.secret('postgres.approval_workflow'),
    EVALUATOR_DB_PASSWORD: stack.secret('postgres.evaluator'),
  };
  const steps = await Promise.allSettled([
    run(options, 'policy-admin', { ...environment, HOLDPOINT_ADMIN_KEY: adminKey }),
    run(options, 'approval-workflow', environment),
    run(options, 'evaluator', environment),
  ]);
  // Each has ended: what they need may be stopped.
  const failed = steps.find((step) => step.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return steps.some((step) => step.status === 'fulfilled' && step.value.includes('"admin_key_created":true')) ? adminKey : null;
}

async function run(options: SystemOptions, app: string, env: Environment): Promise<string> {
  let output = '';
  const step = new ServiceProcess({
    name: 'migrate',
    main: join(options.root, 'apps', app, 'dist', 'migrate.main.js'),
    env,
    onLine: (name, line) => {
      output += `${line}\n`;
      options.onLine(name, line);
    },
  });
  step.start();
  const { code } = await step.exited();
  if (code !== 0) throw new LocalStackError('migration_failed', `the migrations of ${app} failed; the log lines above say why`);
  return output;
}

function natsEnvironment({ natsUrl }: SystemOptions, stack: LocalStack, service: ServiceName): Environment {
  if (natsUrl !== undefined) {
    const { username, password, host, protocol } = new URL(natsUrl);
    return {
      NATS_URL: `${protocol}//${host}`,
      ...(username === '' ? {} : { NATS_USER: decodeURIComponent(username) }),
      ...(password === '' ? {} : { NATS_PASSWORD: decodeURIComponent(password) }),
    };
  }
  return { NATS_URL: stack.nats?.url, NATS_USER: service, NATS_PASSWORD: stack.secret(`nats.${service}`) };
}

/** A server that was running already is told its door's secrets by whoever configured it. */
function doorEnvironment({ natsUrl, env }: SystemOptions, { natsDoor }: LocalStack): Environment {
  const names = ['HOLDPOINT_NATS_ISSUER_SEED', 'HOLDPOINT_NATS_SYSTEM_USER', 'HOLDPOINT_NATS_SYSTEM_PASSWORD'] as const;
  if (natsUrl !== undefined) return Object.fromEntries(names.map((name) => [name, env[name]]));
  const values = [natsDoor?.issuerSeed, natsDoor?.user, natsDoor?.password];
  return Object.fromEntries(names.map((name, index) => [name, values[index]]));
}

function adminUrl({ databaseUrl: given }: SystemOptions, stack: LocalStack): string {
  const url = given ?? stack.postgres?.url;
  if (url === undefined) throw new Error('no Postgres was started or named');
  return url;
}

function databaseUrl(options: SystemOptions, stack: LocalStack, service: keyof typeof roles): string {
  const url = new URL(adminUrl(options, stack));
  url.username = roles[service];
  url.password = stack.secret(`postgres.${roles[service]}`);
  url.pathname = `/${database}`;
  return url.href;
}

const httpUrl = (host: string, port: number): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

const inherited = (env: Environment): Environment => Object.fromEntries(Object.entries(env).filter(([name]) => !withheld.test(name)));

function randomLetters(count: number): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
  return Array.from(randomBytes(count), (byte) => letters[byte % letters.length]).join('');
}
