import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** The repository's folder. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));
export const read = (path: string): string => readFileSync(join(root, path), 'utf8');
export const readYaml = (path: string): unknown => parse(read(path), { merge: true });

export type ComposeService = Readonly<{
  image: string;
  build?: Readonly<{ context: string; dockerfile: string; target: string }>;
  profiles?: readonly string[];
  command?: readonly string[];
  environment?: Readonly<Record<string, string>>;
  depends_on?: Readonly<Record<string, Readonly<{ condition: string }>>>;
  networks: readonly string[];
  ports?: readonly string[];
  volumes?: readonly string[];
  healthcheck?: Readonly<{ test?: readonly string[]; disable?: boolean }>;
  deploy: Readonly<{ replicas?: string; resources: Readonly<{ limits: Readonly<{ memory: string; pids: number }> }> }>;
  restart: string;
}> &
  Readonly<Record<string, unknown>>;

export type Compose = Readonly<{
  services: Readonly<Record<string, ComposeService>>;
  networks: Readonly<Record<string, Readonly<{ internal?: boolean }>>>;
  volumes: Readonly<Record<string, object>>;
}> &
  Readonly<Record<string, unknown>>;

/** docker-compose.yml with its anchors resolved, and its variables not. */
export const compose = readYaml('docker-compose.yml') as Compose;
export const composeServices = Object.entries(compose.services);
/** What runs without `--profile observability`. */
export const core = composeServices.filter(([, { profiles }]) => profiles === undefined);
export const observability = composeServices.filter(([, { profiles = [] }]) => profiles.includes('observability'));

export function composeService(name: string): ComposeService {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`compose has no service \`${name}\``);
  return found;
}

/** The text with each `${NAME:-default}` and `${NAME:?why}` as compose would read it. */
export function interpolated(text: string, given: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}/g, (_reference, name: string, byDefault?: string) => given[name] ?? byDefault ?? '');
}

export type Instruction = Readonly<{ name: string; rest: string }>;
export type Stage = Readonly<{ name: string; from: string; instructions: readonly Instruction[] }>;

/** The Dockerfile's text with continued lines joined, and its stages in order. */
export const dockerfile = readDockerfile();

function readDockerfile(): Readonly<{ text: string; stages: readonly Stage[] }> {
  const lines = read('deploy/docker/Dockerfile').replaceAll(/\\\n\s*/g, '').split('\n');
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, name, rest] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (name === undefined || rest === undefined) continue;
    if (name === 'FROM') {
      const [, from = '', as = ''] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
      stages.push({ name: as, from, instructions: [] });
    } else stages.at(-1)?.instructions.push({ name, rest });
  }
  return { text: lines.join('\n'), stages };
}

/** The stage and those it stands on, nearest first. */
export function stagesOf(target: string): readonly Stage[] {
  const found = dockerfile.stages.find(({ name }) => name === target);
  return found === undefined ? [] : [found, ...stagesOf(found.from)];
}

/** What the container of a service runs: what compose says, else the image. */
export function commandOf(name: string): readonly string[] {
  const { command, build } = composeService(name);
  if (command !== undefined || build === undefined) return command ?? [];
  const [instruction] = stagesOf(build.target).flatMap(({ instructions }) => instructions.filter((one) => one.name === 'CMD'));
  return instruction === undefined ? [] : (JSON.parse(instruction.rest) as readonly string[]);
}
