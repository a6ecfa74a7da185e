import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseApiKey, serviceNames } from '@holdpoint/contracts';
import { containerNatsConfig, locateNatsServer, pinnedNatsServerVersion } from '@holdpoint/local-stack';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

type Service = Readonly<{
  image: string;
  build?: Readonly<{ context: string; dockerfile: string }>;
  command?: readonly string[];
  environment?: Readonly<Record<string, string>>;
  depends_on?: Readonly<Record<string, Readonly<{ condition: string }>>>;
  networks: readonly string[];
  ports?: readonly string[];
  volumes?: readonly string[];
  healthcheck?: Readonly<{ test?: readonly string[]; disable?: boolean }>;
  deploy?: Readonly<{ replicas: string }>;
  restart: string;
}> &
  Readonly<Record<string, unknown>>;

type Compose = Readonly<{
  services: Readonly<Record<string, Service>>;
  networks: Readonly<Record<string, Readonly<{ internal?: boolean }>>>;
  volumes: Readonly<Record<string, object>>;
}> &
  Readonly<Record<string, unknown>>;

const composeFile = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const services = Object.entries(composeFile.services);
const service = (name: string): Service => composeFile.services[name]!;
const dockerfile = readDockerfile();

let folder: string;
/** What `deploy/make-env.mjs` makes. */
let made: Readonly<Record<string, string>>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-test-'));
  const file = join(folder, '.env');
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'deploy/make-env.mjs'), file], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  made = Object.fromEntries([...readFileSync(file, 'utf8').matchAll(/^([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('make-env', () => {
  it('gives every required variable a secret of its own, readable by its owner only', () => {
    expect(Object.values(made)).not.toContain('');
    expect(new Set(Object.values(made)).size).toBe(Object.keys(made).length);
    expect(statSync(join(folder, '.env')).mode & 0o077).toBe(0);
    expect(parseApiKey(made['HOLDPOINT_ADMIN_KEY'] ?? '')).not.toBeNull();
  });

  it('never replaces secrets that may be in use', () => {
    const before = readFileSync(join(folder, '.env'), 'utf8');
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'deploy/make-env.mjs'), join(folder, '.env')], { encoding: 'utf8' });
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('exists already') });
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(before);
  });
});

describe('docker-compose.yml', () => {
  it('runs Postgres, NATS, the migrations and every service', () => {
    expect(Object.keys(composeFile.services).sort()).toEqual([...serviceNames, 'migrate', 'nats', 'postgres'].sort());
  });

  it('is of the shape that compose reads', () => {
    expect(Object.keys(composeFile).filter((key) => !key.startsWith('x-')).sort()).toEqual(['name', 'networks', 'services', 'volumes']);
    for (const [name, { networks, volumes = [], depends_on: needs = {}, ...rest }] of services) {
      expect({ name, unknown: Object.keys(rest).filter((key) => !knownKeys.includes(key)) }).toEqual({ name, unknown: [] });
      expect({ name, networks: networks.filter((network) => !(network in composeFile.networks)) }).toEqual({ name, networks: [] });
      expect({ name, needs: Object.keys(needs).filter((other) => !(other in composeFile.services)) }).toEqual({ name, needs: [] });
      for (const volume of volumes) {
        const [from = ''] = volume.split(':');
        expect({ volume, exists: from.startsWith('./') ? existsSync(join(root, from)) : from in composeFile.volumes }).toEqual({ volume, exists: true });
      }
    }
    const broken = (read('docker-compose.yml').match(/\$[^\s'"]*/g) ?? []).filter((reference) => !/^\$\{[A-Z][A-Z0-9_]*(\}|:[-?])/.test(reference));
    expect(broken).toEqual([]);
  });

  it('pins every image, NATS to the version that is developed on and Holdpoint to its own', () => {
    for (const [name, { image }] of services) expect({ name, image }).toEqual({ name, image: expect.stringMatching(/^[a-z]+:\d+\.\d+(\.\d+)?(-[a-z0-9.]+)?$/) });
    expect(service('nats').image).toMatch(new RegExp(`^nats:${pinnedNatsServerVersion.replaceAll('.', '\\.')}(-|$)`));
    expect(service('gateway').image).toBe(`holdpoint:${(JSON.parse(read('package.json')) as { version: string }).version}`);
  });

  it('gives no container more than it needs', () => {
    for (const [name, one] of services) {
      expect({ name, ...one }).toMatchObject({ name, read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    }
  });

  it('publishes the gateway alone, on loopback unless told otherwise', () => {
    expect(services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)).toEqual(['gateway']);
    expect(interpolated(service('gateway').ports?.[0] ?? '')).toBe('127.0.0.1:8080:8080');
    expect(services.filter(([, { networks }]) => networks.some((network) => composeFile.networks[network]?.internal !== true)).map(([name]) => name)).toEqual(['gateway']);
  });

  it('starts every service when the migrations are through, and again when it ends', () => {
    for (const name of serviceNames) {
      expect(service(name).depends_on).toMatchObject({ migrate: { condition: 'service_completed_successfully' }, nats: { condition: 'service_healthy' } });
      expect(service(name).restart).toBe('unless-stopped');
    }
    expect(service('migrate')).toMatchObject({ restart: 'no', depends_on: { postgres: { condition: 'service_healthy' } } });
  });

  it('runs as many evaluators as are asked for', () => {
    expect(interpolated(service('evaluator').deploy?.replicas ?? '')).toBe('1');
    expect(interpolated(service('evaluator').deploy?.replicas ?? '', { EVALUATOR_REPLICAS: '3' })).toBe('3');
  });

  it.each(['migrate', ...serviceNames])('%s is a program that exists and is in the image', (name) => {
    const programs = (service(name).command ?? []).join(' ').match(/apps\/[\w-]+\/dist\/[\w.-]+\.js/g) ?? [];
    expect(programs).toHaveLength(name === 'migrate' ? 2 : 1);
    for (const program of programs) {
      expect({ program, source: existsSync(join(root, program.replace('/dist/', '/src/').replace(/\.js$/, '.ts'))), built: existsSync(join(root, program)) }).toEqual({ program, source: true, built: true });
      expect(dockerfile.text).toContain(`${program.split('/').slice(0, 2).join('/')}/tsconfig.lib.json`);
    }
  });

  it('migrates for every app that has migrations', () => {
    const steps = readdirSync(join(root, 'apps')).filter((app) => existsSync(join(root, 'apps', app, 'src/migrate.main.ts')));
    expect(steps.length).toBeGreaterThan(0);
    for (const app of steps) expect(service('migrate').command?.join(' ')).toContain(`node apps/${app}/dist/migrate.main.js`);
  });

  it.each([
    ['gateway', 'gateway', ['GatewayEnvironment']],
    ['policy-admin', 'policy-admin', ['PolicyAdminEnvironment']],
    ['decision-log', 'policy-admin', ['DecisionLogEnvironment']],
    ['approval-workflow', 'approval-workflow', ['ApprovalWorkflowEnvironment']],
    ['evaluator', 'evaluator', ['EvaluatorEnvironment']],
    ['migrate', 'policy-admin', ['MigrateEnvironment']],
    ['migrate', 'approval-workflow', ['MigrateEnvironment']],
  ])('%s gets an environment that %s takes', async (name, app, [schemaName = '']) => {
    const exported = (await import(join(root, 'apps', app, 'src/config.ts'))) as Readonly<Record<string, Schema>>;
    const schema = exported[schemaName]!;
    const { success, error } = schema.safeParse(environmentOf(name));
    expect({ success, error }).toEqual({ success: true, error: undefined });
    const unread = Object.keys(service(name).environment ?? {}).filter((variable) => !(variable in schema.in.shape));
    if (name !== 'migrate') expect(unread).toEqual([]);
  });

  it('gives each service its own NATS user and database role', () => {
    for (const name of serviceNames) {
      const { NATS_USER, NATS_PASSWORD, DATABASE_URL } = environmentOf(name);
      expect(NATS_USER).toBe(name);
      const atServer = environmentOf('nats')[`NATS_PASSWORD_${name.replaceAll('-', '_').toUpperCase()}`];
      expect(atServer).toBe(`"${NATS_PASSWORD ?? ''}"`);
      if (DATABASE_URL === undefined) continue;
      const { username, password } = new URL(DATABASE_URL);
      expect(username).toBe(name.replaceAll('-', '_'));
      expect(password).toBe(environmentOf('migrate')[`${username.toUpperCase()}_DB_PASSWORD`]);
    }
  });

  it('keeps secrets out of itself and says in a sentence which one is missing', () => {
    const secrets = [...read('docker-compose.yml').matchAll(/^\s+(\w*(?:PASSWORD|KEY)\w*): (.*)$/gm)];
    expect(secrets.length).toBeGreaterThan(10);
    for (const [, name, value] of secrets) expect({ name, value }).toEqual({ name, value: expect.stringMatching(/^'?"?\$\{[A-Z_]+(:\?give \w+ in \.env[^}]+)?\}"?'?$/) });
    for (const [, { environment: variables = {} }] of services) {
      for (const value of Object.values(variables)) {
        for (const [, name = ''] of value.matchAll(/\$\{(\w+)\}/g)) expect(read('docker-compose.yml')).toContain(`\${${name}:?`);
      }
    }
  });

  const command = composeCommand();
  it(command === undefined ? 'is checked by its shape alone, as there is no docker compose here' : `is accepted by \`${command.join(' ')}\``, () => {
    if (command === undefined) {
      // Nothing is left to compose that the checks above have not seen: every anchor was resolved.
      expect(JSON.stringify(composeFile)).not.toContain('<<');
      return;
    }
    const config = (file: string) => spawnSync(command[0]!, [...command.slice(1), '--env-file', file, 'config', '--quiet'], { cwd: root, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: folder } });
    expect(config(join(folder, '.env'))).toMatchObject({ status: 0, stderr: '' });
    writeFileSync(join(folder, 'empty.env'), '');
    expect(config(join(folder, 'empty.env')).stderr).toMatch(/give \w+ in \.env/);
  });
});

describe('the health check of the image', () => {
  it.each([...serviceNames])('%s is healthy when it says that it is ready, and only then', async (name) => {
    const [, script = ''] = /HEALTHCHECK[^[]*\[\s*"node", "-e", ("(?:[^"\\]|\\.)*")\s*\]/.exec(dockerfile.text) ?? [];
    const code = JSON.parse(script) as string;
    let status = 200;
    const paths: string[] = [];
    const server = createServer((request, response) => {
      paths.push(request.url ?? '');
      response.writeHead(status).end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const fixed = name === 'gateway' ? 'HOLDPOINT_PORT' : `HOLDPOINT_METRICS_PORT_${name.replaceAll('-', '_').toUpperCase()}`;
    expect(Number(environmentOf(name)[fixed])).toBeGreaterThan(0);
    const check = (): Promise<number> =>
      new Promise((done) => {
        const child = execFile(process.execPath, ['-e', code], { env: { ...environmentOf(name), [fixed]: String(port) } }, () => done(child.exitCode ?? -1));
      });
    expect(await check()).toBe(0);
    status = 503;
    expect(await check()).toBe(1);
    await new Promise((closed) => server.close(closed));
    expect(await check()).toBe(1);
    expect(paths).toEqual(['/health/ready', '/health/ready']);
  });
});

describe('the Dockerfile', () => {
  it('copies what exists and what .dockerignore lets through', () => {
    const copied = dockerfile.instructions.filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from=')).flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1));
    expect(copied.length).toBeGreaterThan(0);
    const allowed: readonly string[] = read('.dockerignore').match(/^!.*$/gm) ?? [];
    for (const source of copied) expect({ source, exists: existsSync(join(root, source)), allowed: allowed.includes(`!${source}`) }).toEqual({ source, exists: true, allowed: true });
    expect(read('.dockerignore')).toMatch(/^\*$/m);
    for (const secret of ['**/node_modules', '**/dist', '**/.env*']) expect(read('.dockerignore').split('\n')).toContain(secret);
  });

  it('copies from stages that it has', () => {
    const stages = dockerfile.instructions.filter(({ name }) => name === 'FROM').map(({ rest }) => / AS (\w+)$/.exec(rest)?.[1] ?? 'last');
    for (const [, stage = ''] of dockerfile.text.matchAll(/--from=(\w+)/g)) expect(stages).toContain(stage);
    for (const { name, rest } of dockerfile.instructions) if (name === 'FROM') expect(rest).toMatch(new RegExp(`^(node:\\d+\\.\\d+\\.\\d+-\\w+-slim|${stages.join('|')})( AS \\w+)?$`));
  });

  it('builds and installs for exactly the apps that compose runs', () => {
    const run = [...new Set(services.flatMap(([, { command = [] }]) => command.join(' ').match(/apps\/[\w-]+/g) ?? []))].sort();
    const built = dockerfile.text.match(/apps\/[\w-]+(?=\/tsconfig\.lib\.json)/g) ?? [];
    const installed = [...dockerfile.text.matchAll(/--workspace=(\S+)/g)].map(([, name]) => name);
    expect(built.toSorted()).toEqual(run);
    expect(installed.toSorted()).toEqual(run.map((app) => (JSON.parse(read(`${app}/package.json`)) as { name: string }).name).sort());
  });

  it('runs production code only, not as root, on an even major of Node that is new enough', () => {
    const last = dockerfile.instructions.slice(dockerfile.instructions.findLastIndex(({ name }) => name === 'FROM'));
    expect(last.filter(({ name }) => name === 'USER').map(({ rest }) => rest)).toEqual(['node']);
    expect(last.filter(({ name, rest }) => name === 'COPY' && rest.includes('node_modules')).map(({ rest }) => rest)).toEqual(['--from=dependencies /holdpoint/node_modules node_modules/']);
    expect(dockerfile.text).toMatch(/npm ci [^&]*--omit=dev/);
    const major = Number(/^FROM node:(\d+)/m.exec(dockerfile.text)?.[1]);
    expect(major % 2).toBe(0);
    expect(major).toBeGreaterThanOrEqual(22);
  });

  it('takes no secret into a layer', () => {
    const given = dockerfile.instructions.filter(({ name }) => name === 'ARG' || name === 'ENV').map(({ rest }) => rest);
    expect(given).toEqual(['NODE_ENV=production']);
  });
});

describe('deploy/nats/nats.conf', () => {
  it('is what the contracts say today (else: node tools/generate-deploy.mjs)', () => {
    expect(read('deploy/nats/nats.conf')).toBe(containerNatsConfig());
  });

  it('names no variable that compose does not give', () => {
    const named = read('deploy/nats/nats.conf').match(/(?<=password: \$)\w+/g) ?? [];
    expect(named.toSorted()).toEqual(Object.keys(service('nats').environment ?? {}).sort());
    expect(named).toHaveLength(serviceNames.length);
  });

  it('is accepted by nats-server', async () => {
    const { path, version } = await locateNatsServer({ env: process.env, log: () => undefined });
    const [major = 0, minor = 0] = version.split('.').map(Number);
    // Servers before 2.10 do not know the option, and are not what the container runs.
    const knowsSync = major > 2 || minor >= 10;
    const config = containerNatsConfig().replace('"/data"', JSON.stringify(join(folder, 'store')));
    writeFileSync(join(folder, 'nats.conf'), knowsSync ? config : config.replace(/^.*sync_interval.*\n/m, ''));
    const { stdout, stderr, status } = spawnSync(path, ['-t', '--config', join(folder, 'nats.conf')], { encoding: 'utf8', env: environmentOf('nats') });
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: expect.stringContaining('is valid') });
  });
});

type Schema = Readonly<{ in: { shape: Readonly<Record<string, unknown>> }; safeParse: (env: object) => { success: boolean; error?: unknown } }>;

/** Service keys of the compose specification that this file uses, or may. */
const knownKeys = ['image', 'build', 'command', 'environment', 'ports', 'healthcheck', 'deploy', 'restart', 'read_only', 'cap_drop', 'security_opt', 'logging', 'init', 'stop_grace_period', 'user', 'tmpfs', 'shm_size'];

/** What the container sees, with the secrets that `make-env` makes; an empty variable counts as not set. */
function environmentOf(name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(service(name).environment ?? {})
      .map(([variable, value]) => [variable, interpolated(value)] as const)
      .filter(([, value]) => value !== ''),
  );
}

function interpolated(text: string, given: Readonly<Record<string, string>> = made): string {
  return text.replaceAll(/\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}/g, (_reference, name: string, byDefault?: string) => given[name] ?? byDefault ?? '');
}

function readDockerfile(): Readonly<{ text: string; instructions: readonly Readonly<{ name: string; rest: string }>[] }> {
  const text = read('deploy/docker/Dockerfile');
  const lines = text.replaceAll(/\\\n\s*/g, '').split('\n');
  const instructions = lines.flatMap((line) => {
    const [, name, rest] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    return name === undefined || rest === undefined ? [] : [{ name, rest }];
  });
  return { text: lines.join('\n'), instructions };
}

/** `docker compose`, or the older `docker-compose`; both check a file without an engine. */
function composeCommand(): readonly string[] | undefined {
  return [['docker', 'compose'], ['docker-compose']].find(([program = '', ...args]) => spawnSync(program, [...args, 'version'], { stdio: 'ignore' }).status === 0);
}
