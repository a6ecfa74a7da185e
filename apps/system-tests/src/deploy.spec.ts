import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseApiKey, serviceNames } from '@holdpoint/contracts';
import { containerNatsConfig, locateNatsServer, natsIssuerOf, pinnedNatsServerVersion } from '@holdpoint/local-stack';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { commandOf, compose, composeService, composeServices, core, dockerfile, interpolated, observability, read, readYaml, root, stagesOf } from './deployment.ts';

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

  it('makes a key for the NATS door whose public half the server knows', () => {
    const { HOLDPOINT_NATS_ISSUER_SEED: seed = '', NATS_ISSUER: issuer } = made;
    expect(natsIssuerOf(seed)).toBe(issuer);
  });

  it('never replaces secrets that may be in use', () => {
    const before = readFileSync(join(folder, '.env'), 'utf8');
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'deploy/make-env.mjs'), join(folder, '.env')], { encoding: 'utf8' });
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('exists already') });
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(before);
  });
});

describe('docker-compose.yml', () => {
  it('runs Postgres, NATS, the migrations and every service; what observes them only when asked to', () => {
    expect(core.map(([name]) => name).sort()).toEqual([...serviceNames, 'migrate', 'nats', 'postgres'].sort());
    expect(observability.map(([name]) => name).sort()).toEqual(['grafana', 'jaeger', 'otel-collector', 'prometheus']);
    expect(composeServices).toHaveLength(core.length + observability.length);
  });

  it.each(['docker-compose.yml', 'docker-compose.nats-door.yml'])('%s keeps the schema of the compose specification', (file) => {
    const validate = new Ajv2020({ strict: false, allErrors: true, formats: { duration: true, uri: true } }).compile(JSON.parse(read('apps/system-tests/fixtures/compose-spec/compose-spec.json')) as object);
    expect({ valid: validate(readYaml(file)), errors: validate.errors }).toEqual({ valid: true, errors: null });
    expect(validate({ services: { one: { image: 'x', port: ['80:80'] } } })).toBe(false);
  });

  it('names nothing that it, or the repository, does not have', () => {
    for (const [name, { networks, volumes = [], depends_on: needs = {} }] of composeServices) {
      expect({ name, networks: networks.filter((network) => !(network in compose.networks)) }).toEqual({ name, networks: [] });
      expect({ name, needs: Object.keys(needs).filter((other) => !(other in compose.services)) }).toEqual({ name, needs: [] });
      for (const volume of volumes) {
        const [from = ''] = volume.split(':');
        expect({ volume, exists: from.startsWith('./') ? existsSync(join(root, from)) : from in compose.volumes }).toEqual({ volume, exists: true });
      }
    }
    const used = composeServices.flatMap(([, { networks, volumes = [] }]) => [...networks, ...volumes.map((volume) => volume.split(':')[0])]);
    for (const made of [...Object.keys(compose.networks), ...Object.keys(compose.volumes)]) expect(used).toContain(made);
    const broken = (read('docker-compose.yml').match(/\$[^\s'"]*/g) ?? []).filter((reference) => !/^\$\{[A-Z][A-Z0-9_]*(\}|:[-?])/.test(reference));
    expect(broken).toEqual([]);
  });

  it('builds each service and the migrations as a target of the Dockerfile, under a name of its own', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    for (const name of ['migrate', ...serviceNames]) {
      const { build, image } = composeService(name);
      expect({ image, build }).toEqual({ image: `holdpoint-${name}:${version}`, build: { context: '.', dockerfile: 'deploy/docker/Dockerfile', target: name } });
      expect(stagesOf(name).length).toBeGreaterThan(0);
    }
  });

  it('pins every image that others make, NATS to the version that is developed on', () => {
    for (const [name, { image }] of composeServices) expect({ name, image }).toEqual({ name, image: expect.stringMatching(/^[a-z/-]+:v?\d+\.\d+(\.\d+)?(-[a-z0-9.]+)?$/) });
    expect(composeService('nats').image).toMatch(new RegExp(`^nats:${pinnedNatsServerVersion.replaceAll('.', '\\.')}(-|$)`));
  });

  it('gives no container more than it needs', () => {
    for (const [name, one] of composeServices) {
      expect({ name, ...one }).toMatchObject({ name, read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
      expect({ name, limits: one.deploy.resources.limits }).toEqual({ name, limits: { memory: expect.stringMatching(/^\d+[MG]$/), pids: expect.any(Number) } });
    }
  });

  it('publishes on loopback unless told otherwise, and only what people and agents talk to', () => {
    const published = composeServices.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${interpolated(port, {})}`));
    expect(published.sort()).toEqual(['approval-workflow 127.0.0.1:8081:8081', 'gateway 127.0.0.1:8080:8080', 'grafana 127.0.0.1:3000:3000']);
  });

  it('keeps NATS and Postgres where nothing from outside comes in', () => {
    const outside = composeServices.filter(([, { networks }]) => networks.some((network) => compose.networks[network]?.internal !== true)).map(([name]) => name);
    expect(outside.sort()).toEqual(['approval-workflow', 'gateway', 'grafana']);
    const beside = (network: string) => composeServices.filter(([, { networks }]) => networks.includes(network)).map(([name]) => name).sort();
    expect(beside('data')).toEqual(['approval-workflow', 'decision-log', 'evaluator', 'migrate', 'policy-admin', 'postgres']);
    expect(beside('internal')).toEqual([...serviceNames, 'nats', 'otel-collector', 'prometheus'].sort());
  });

  it('opens NATS to agents by a file of its own, on loopback unless told otherwise', () => {
    const { services } = readYaml('docker-compose.nats-door.yml') as { services: Record<string, { ports: string[]; networks: string[] }> };
    expect(Object.keys(services)).toEqual(['nats']);
    expect(services['nats']?.ports.map((port) => interpolated(port, {}))).toEqual(['127.0.0.1:4222:4222']);
    for (const network of services['nats']?.networks ?? []) expect(compose.networks).toHaveProperty(network);
  });

  it('asks every container whether it works, but for one that has nothing to ask with', () => {
    const unasked = composeServices.filter(([name, { healthcheck, build }]) => (build === undefined ? healthcheck?.test === undefined : stagesOf(name).flatMap(({ instructions }) => instructions).find((one) => one.name === 'HEALTHCHECK')?.rest === 'NONE'));
    // The migrations end by themselves.
    expect(unasked.map(([name]) => name).sort()).toEqual(['migrate', 'otel-collector']);
  });

  it('starts every service when the migrations are through, and again when it ends', () => {
    for (const name of serviceNames) {
      expect(composeService(name).depends_on).toMatchObject({ migrate: { condition: 'service_completed_successfully' }, nats: { condition: 'service_healthy' } });
      expect(composeService(name).restart).toBe('unless-stopped');
    }
    expect(composeService('migrate')).toMatchObject({ restart: 'no', depends_on: { postgres: { condition: 'service_healthy' } } });
  });

  it('runs as many evaluators as are asked for', () => {
    expect(interpolated(composeService('evaluator').deploy.replicas ?? '', {})).toBe('1');
    expect(interpolated(composeService('evaluator').deploy.replicas ?? '', { EVALUATOR_REPLICAS: '3' })).toBe('3');
    expect(composeService('evaluator').ports).toBeUndefined();
    for (const [, one] of composeServices) expect(one).not.toHaveProperty('container_name');
  });

  it.each(['migrate', ...serviceNames])('%s is a program that exists and is in its image', (name) => {
    const programs = commandOf(name).join(' ').match(/apps\/[\w-]+\/dist\/[\w.-]+\.js/g) ?? [];
    expect(programs).toHaveLength(name === 'migrate' ? 3 : 1);
    const copied = stagesOf(name).flatMap(({ instructions }) => instructions.filter((one) => one.name === 'COPY').map(({ rest }) => rest.split(/\s+/).at(-1)));
    for (const program of programs) {
      expect({ program, source: existsSync(join(root, program.replace('/dist/', '/src/').replace(/\.js$/, '.ts'))) }).toEqual({ program, source: true });
      expect(copied).toContain(`${program.split('/').slice(0, 2).join('/')}/`);
      expect(dockerfile.text).toContain(`${program.split('/').slice(0, 2).join('/')}/tsconfig.lib.json`);
    }
  });

  it('migrates for every app that has migrations', () => {
    const steps = readdirSync(join(root, 'apps')).filter((app) => existsSync(join(root, 'apps', app, 'src/migrate.main.ts')));
    expect(steps.length).toBeGreaterThan(0);
    for (const app of steps) expect(commandOf('migrate').join(' ')).toContain(`node apps/${app}/dist/migrate.main.js`);
  });

  it.each([
    ['gateway', 'gateway', ['GatewayEnvironment']],
    ['policy-admin', 'policy-admin', ['PolicyAdminEnvironment']],
    ['decision-log', 'policy-admin', ['DecisionLogEnvironment']],
    ['approval-workflow', 'approval-workflow', ['ApprovalWorkflowEnvironment']],
    ['evaluator', 'evaluator', ['EvaluatorEnvironment']],
    ['migrate', 'policy-admin', ['MigrateEnvironment']],
    ['migrate', 'approval-workflow', ['MigrateEnvironment']],
    ['migrate', 'evaluator', ['MigrateEnvironment']],
  ])('%s gets an environment that %s takes', async (name, app, [schemaName = '']) => {
    const exported = (await import(join(root, 'apps', app, 'src/config.ts'))) as Readonly<Record<string, Schema>>;
    const schema = exported[schemaName]!;
    const { success, error } = schema.safeParse(environmentOf(name));
    expect({ success, error }).toEqual({ success: true, error: undefined });
    const unread = Object.keys(composeService(name).environment ?? {}).filter((variable) => !(variable in schema.in.shape));
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
    for (const [, { environment: variables = {} }] of composeServices) {
      for (const value of Object.values(variables)) {
        for (const [, name = ''] of value.matchAll(/\$\{(\w+)\}/g)) expect(read('docker-compose.yml')).toContain(`\${${name}:?`);
      }
    }
  });

  const command = composeCommand();
  it(command === undefined ? 'is checked by its shape alone, as there is no docker compose here' : `is accepted by \`${command.join(' ')}\``, () => {
    if (command === undefined) {
      // Nothing is left to compose that the checks above have not seen: every anchor was resolved.
      expect(JSON.stringify(compose)).not.toContain('<<');
      return;
    }
    const config = (file: string, ...more: readonly string[]) =>
      spawnSync(command[0]!, [...command.slice(1), '--env-file', file, ...more, 'config', '--quiet'], { cwd: root, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: folder } });
    const files = ['--file', 'docker-compose.yml', '--file', 'docker-compose.nats-door.yml'];
    for (const more of [[], ['--profile', 'observability'], files]) expect(config(join(folder, '.env'), ...more)).toMatchObject({ status: 0, stderr: '' });
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
  const all = dockerfile.stages.flatMap(({ instructions }) => instructions);

  it('copies what exists and what .dockerignore lets through', () => {
    const copied = all.filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from=')).flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1));
    expect(copied.length).toBeGreaterThan(0);
    const allowed: readonly string[] = read('.dockerignore').match(/^!.*$/gm) ?? [];
    for (const source of copied) expect({ source, exists: existsSync(join(root, source)), allowed: allowed.includes(`!${source}`) }).toEqual({ source, exists: true, allowed: true });
    expect(read('.dockerignore')).toMatch(/^\*$/m);
    for (const secret of ['**/node_modules', '**/dist', '**/.env*']) expect(read('.dockerignore').split('\n')).toContain(secret);
  });

  it('stands on one pinned Node, an even major that is new enough, and on stages of its own', () => {
    const names = dockerfile.stages.map(({ name }) => name);
    const [base, ...others] = dockerfile.stages.map(({ from }) => from);
    const [, major] = /^node:(\d+)\.\d+\.\d+-\w+-slim$/.exec(base ?? '') ?? [];
    expect(Number(major) % 2).toBe(0);
    expect(Number(major)).toBeGreaterThanOrEqual(22);
    for (const stage of [...others, ...[...dockerfile.text.matchAll(/--from=([\w-]+)/g)].map(([, from = '']) => from)]) expect(names).toContain(stage);
  });

  it('has a target for each service and for the migrations, and builds their apps only', () => {
    const targets = dockerfile.stages.filter(({ instructions }) => instructions.some(({ name }) => name === 'CMD')).map(({ name }) => name);
    expect(targets.sort()).toEqual(['migrate', ...serviceNames].sort());
    const run = [...new Set(targets.flatMap((name) => commandOf(name).join(' ').match(/apps\/[\w-]+/g) ?? []))].sort();
    // `holdpoint db check` is run by hand, in the image of the migrations.
    expect((dockerfile.text.match(/apps\/[\w-]+(?=\/tsconfig\.lib\.json)/g) ?? []).sort()).toEqual([...run, commandLine].sort());
  });

  it.each(['migrate', ...serviceNames])('%s runs as nobody in particular, with what its app needs in production and nothing else', (target) => {
    const instructions = stagesOf(target).flatMap((stage) => stage.instructions);
    expect(instructions.filter(({ name }) => name === 'USER').map(({ rest }) => rest)).toEqual(['node']);
    const copied = instructions.flatMap(({ name, rest }) => (name === 'COPY' ? (/^--from=build \/holdpoint\/(apps\/[\w-]+)/.exec(rest)?.[1] ?? []) : []));
    const apps = copied.filter((app) => app !== commandLine);
    expect(copied.includes(commandLine)).toBe(target === 'migrate');
    const installed = instructions.flatMap(({ name, rest }) => (name === 'COPY' ? (/^--from=([\w-]+) \/holdpoint\/node_modules node_modules\/$/.exec(rest)?.[1] ?? []) : []));
    expect(installed).toHaveLength(1);
    const [install, ...before] = stagesOf(installed[0] ?? '').map((stage) => stage.instructions.filter(({ name }) => name === 'RUN').map(({ rest }) => rest));
    expect(install?.join()).toMatch(/^npm ci [^&]*--omit=dev --omit=optional --ignore-scripts /);
    expect([...(install?.join().matchAll(/--workspace=(\S+)/g) ?? [])].map(([, name]) => name).sort()).toEqual(apps.map((app) => (JSON.parse(read(`${app}/package.json`)) as { name: string }).name).sort());
    expect(before[0]).toEqual(['npm pkg delete devDependencies --workspaces --include-workspace-root']);
  });

  it('takes no secret into a layer', () => {
    const given = all.filter(({ name }) => name === 'ARG' || name === 'ENV').map(({ rest }) => rest);
    expect(given).toEqual(['NODE_ENV=production']);
  });
});

describe('deploy/nats/nats.conf', () => {
  it('is what the contracts say today (else: node tools/generate-deploy.mjs)', () => {
    expect(read('deploy/nats/nats.conf')).toBe(containerNatsConfig());
  });

  it('names no variable that compose does not give', () => {
    const named = read('deploy/nats/nats.conf').match(/(?<=: \$)\w+/g) ?? [];
    // Go itself reads the other one.
    expect(named.toSorted()).toEqual(Object.keys(composeService('nats').environment ?? {}).filter((name) => name !== 'GOMEMLIMIT').sort());
    expect(named.length).toBeGreaterThanOrEqual(serviceNames.length);
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

/** Its packages are not installed: they would bring the Postgres that only laptops and tests run. */
const commandLine = 'apps/cli';

type Schema = Readonly<{ in: { shape: Readonly<Record<string, unknown>> }; safeParse: (env: object) => { success: boolean; error?: unknown } }>;

/** What the container sees, with the secrets that `make-env` makes; an empty variable counts as not set. */
function environmentOf(name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(composeService(name).environment ?? {})
      .map(([variable, value]) => [variable, interpolated(value, made)] as const)
      .filter(([, value]) => value !== ''),
  );
}

/** `docker compose`, or the older `docker-compose`; both check a file without an engine. */
function composeCommand(): readonly string[] | undefined {
  return [['docker', 'compose'], ['docker-compose']].find(([program = '', ...args]) => spawnSync(program, [...args, 'version'], { stdio: 'ignore' }).status === 0);
}
