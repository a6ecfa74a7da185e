import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serviceNames } from '@holdpoint/contracts';
import { beforeAll, describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Programs by the schema they read their environment through. */
const programs: Readonly<Record<string, string>> = {
  GatewayEnvironment: 'gateway',
  PolicyAdminEnvironment: 'policy-admin',
  DecisionLogEnvironment: 'decision-log',
  ApprovalWorkflowEnvironment: 'approval-workflow',
  EvaluatorEnvironment: 'evaluator',
  MigrateEnvironment: 'migrate',
  LauncherEnvironment: 'npm start',
  DatabaseCheckEnvironment: 'holdpoint db check',
  GuardPoliciesEnvironment: 'holdpoint policy',
};

/** Read without a schema, by what is no service. */
const otherReaders: Readonly<Record<string, string>> = {
  HOLDPOINT_NATS_SERVER: 'npm start',
  HOLDPOINT_URL: 'npm run demo',
  HOLDPOINT_KEY: 'npm run demo',
  HOLDPOINT_TEST_DATABASE_URL: 'npm test',
  HOLDPOINT_TEST_LOGS: 'npm test',
};

/** `npm test` tells its own runs where to leave their counts, `npm run faults` what it was asked for; nobody else sets them. */
const notForPeople = ['HOLDPOINT_TEST_COUNTS', 'HOLDPOINT_FAULTS_KEEP', 'HOLDPOINT_FAULTS_MINUTES', 'HOLDPOINT_FAULTS_SCHEDULE', 'HOLDPOINT_FAULTS_SEED'];

type Read = Readonly<{ name: string; by: string; required: boolean; byDefault: string }>;

let reads: readonly Read[];
beforeAll(async () => {
  reads = [...(await readByPrograms()), ...readByCompose(), ...Object.entries(otherReaders).map(([name, by]) => ({ name, by, required: false, byDefault: '' }))];
});

describe('.env.example', () => {
  it('names every variable that is read, and no other', () => {
    expect(sorted(example().map(({ name }) => name))).toEqual(unique(reads.map(({ name }) => name)));
  });

  it('shows the defaults of the programs', () => {
    const shown = new Map(example().map(({ name, value }) => [name, value]));
    for (const { name, by, byDefault } of reads) {
      if (byDefault !== '') expect({ name, by, value: shown.get(name) }).toEqual({ name, by, value: byDefault });
    }
  });

  it('asks for exactly what compose cannot do without, and holds no secret', () => {
    const asked = example().filter(({ commentedOut }) => !commentedOut);
    expect(sorted(asked.map(({ name }) => name))).toEqual(unique(reads.filter(({ by, required }) => by === 'compose' && required).map(({ name }) => name)));
    expect(asked.filter(({ value }) => value !== '')).toEqual([]);
  });

  it('says about each variable what it is', () => {
    const lines = read('.env.example').split('\n');
    const isComment = (line = ''): boolean => line.startsWith('# ') && !entry(line);
    const unexplained = lines.filter((line, at) => entry(line) && !isComment(lines[at - 1]) && !/^# (HOLDPOINT_METRICS_PORT_|GRAFANA_PORT|HOLDPOINT_NATS_PORT)/.test(line));
    expect(unexplained).toEqual([]);
  });
});

describe('docs/configuration.md', () => {
  it('has a row for every variable, once', () => {
    expect(sorted(documented().map(({ name }) => name))).toEqual(sorted(example().map(({ name }) => name)));
  });

  it('says who reads it, and who cannot do without', () => {
    const truth = unique(reads.map(({ name }) => name)).map((name) => ({ name, readers: sorted(reads.filter((one) => one.name === name).map(({ by }) => by)) }));
    expect(sortedByName(documented().map(({ name, readers }) => ({ name, readers })))).toEqual(truth);
    for (const { name, by, required } of reads) {
      // Two services can do without NATS users, three cannot: the table tells the address, which all need.
      if (name === 'NATS_USER' || name === 'NATS_PASSWORD') continue;
      expect({ name, by, required: documented().find((row) => row.name === name)?.requiredBy.includes(by) }).toEqual({ name, by, required });
    }
  });

  it('shows the same defaults', () => {
    const shown = example().map(({ name, value, commentedOut }) => ({ name, value: commentedOut ? value : '' }));
    expect(sortedByName(documented().map(({ name, value }) => ({ name, value })))).toEqual(sortedByName(shown));
  });
});

describe('the sources', () => {
  it('mention no variable of ours that is not explained', () => {
    const mentioned = ['apps', 'libs', 'tools', 'deploy'].flatMap((folder) => sources(folder)).flatMap((path) => read(path).match(/\bHOLDPOINT_[A-Z][A-Z_]*[A-Z]\b/g) ?? []);
    const known = new Set([...example().map(({ name }) => name), ...notForPeople]);
    expect(unique(mentioned).filter((name) => !known.has(name))).toEqual([]);
  });
});

type Entry = Readonly<{ name: string; value: string; commentedOut: boolean }>;

function example(): readonly Entry[] {
  return read('.env.example')
    .split('\n')
    .flatMap((line) => entry(line) ?? []);
}

function entry(line: string): Entry | undefined {
  const [, comment, name = '', value = ''] = /^(# )?([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
  return name === '' ? undefined : { name, value, commentedOut: comment !== undefined };
}

function documented(): readonly Readonly<{ name: string; readers: readonly string[]; requiredBy: readonly string[]; value: string }>[] {
  return [...read('docs/configuration.md').matchAll(/^\| `([A-Z0-9_]+)` \| ([^|]*) \| ([^|]*)\| /gm)].map(([, name = '', by = '', value = '']) => {
    const all = by.includes('(all required)') || /^every service \(required\)/.test(by);
    const parts = by.replace(' (all required)', '').split(', ').flatMap((part) => (part.startsWith('every service') ? serviceNames.map((service) => part.replace('every service', service)) : [part]));
    const nameOf = (part: string): string => part.replace(' (required)', '');
    const services: readonly string[] = serviceNames;
    return {
      name,
      readers: sorted(parts.map(nameOf)),
      requiredBy: parts.filter((part) => part.endsWith('(required)') || (all && services.includes(nameOf(part)))).map(nameOf),
      value: value.trim().replaceAll('`', ''),
    };
  });
}

type Field = Readonly<{ def: Readonly<{ type: string; defaultValue?: unknown }> }>;
type Schema = Readonly<{ shape?: Readonly<Record<string, Field>>; in?: Schema }>;

/** Every exported schema of every app's `config.ts`: an object, or one that is transformed. Read as data: the apps themselves stay strangers. */
async function readByPrograms(): Promise<Read[]> {
  const found: Read[] = [];
  const unnamed: string[] = [];
  for (const path of sources('apps').filter((source) => source.endsWith('/config.ts'))) {
    const exported = (await import(join(root, path))) as Readonly<Record<string, Schema | undefined>>;
    for (const [schemaName, schema] of Object.entries(exported)) {
      const shape = schema?.shape ?? schema?.in?.shape;
      if (shape === undefined) continue;
      const by = programs[schemaName];
      if (by === undefined) unnamed.push(schemaName);
      for (const [name, { def }] of Object.entries(shape)) {
        const required = def.type !== 'default' && def.type !== 'optional';
        // Two apps have migrations; together they are one step, which needs what one of them needs.
        if (!found.some((one) => one.name === name && one.by === by)) found.push({ name, by: by ?? '', required, byDefault: def.type === 'default' ? String(def.defaultValue) : '' });
      }
    }
  }
  expect(unnamed).toEqual([]);
  expect(unique(found.map(({ by }) => by))).toEqual(sorted(Object.values(programs)));
  return found;
}

function readByCompose(): Read[] {
  const files = read('docker-compose.yml') + read('docker-compose.nats-door.yml');
  const references = [...files.matchAll(/\$\{([A-Z][A-Z0-9_]*)(:[-?])?([^}]*)\}/g)].map(([, name = '', operator = '', rest = '']) => ({ name, operator, rest }));
  return unique(references.map(({ name }) => name)).map((name) => {
    const own = references.filter((one) => one.name === name);
    return { name, by: 'compose', required: own.some(({ operator }) => operator === ':?'), byDefault: own.find(({ operator }) => operator === ':-')?.rest ?? '' };
  });
}

function sources(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((found) => {
    const path = `${folder}/${found.name}`;
    if (found.isDirectory()) return ['node_modules', 'dist'].includes(found.name) ? [] : sources(path);
    return /\.(ts|mjs)$/.test(path) && !/\.spec\.ts$/.test(path) ? [path] : [];
  });
}

const sorted = (texts: readonly string[]): readonly string[] => [...texts].sort();
const unique = (texts: readonly string[]): readonly string[] => sorted([...new Set(texts)]);
const sortedByName = <T extends Readonly<{ name: string }>>(rows: readonly T[]): readonly T[] => [...rows].sort((a, b) => (a.name < b.name ? -1 : 1));
