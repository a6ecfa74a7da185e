import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { minVersion, satisfies } from 'semver';

const root = fileURLToPath(new URL('../../..', import.meta.url));

type Dependencies = Readonly<Record<string, string>>;
type Manifest = Readonly<{ name: string; engines?: Readonly<{ node?: string }>; dependencies?: Dependencies; devDependencies?: Dependencies; optionalDependencies?: Dependencies }>;
type Locked = Readonly<{ version?: string; link?: boolean; deprecated?: string; engines?: Readonly<{ node?: string }>; optionalDependencies?: Dependencies }>;

const read = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'));
const { packages } = read('package-lock.json') as Readonly<{ packages: Readonly<Record<string, Locked>> }>;
const oldest = minVersion((read('package.json') as Manifest).engines?.node ?? '')?.version ?? '';

/**
 * Packages that others bring along and that name a newer Node than our oldest, though they run on it. The rule is for all that is installed,
 * development and optional platform packages included: what tests run on must be there too.
 */
const namesNewerNode = ['@nats-io/nuid', 'cookie', 'file-type'];

describe('the dependencies', () => {
  it('are for Node 20.19 and newer', () => {
    expect(oldest).toBe('20.19.0');
    expect(satisfies(process.versions.node, `>=${oldest}`)).toBe(true);
  });

  it('that are ours directly want no newer Node', () => {
    const direct = directDependencies();
    expect(direct.length).toBeGreaterThan(40);
    expect(direct.filter(({ locked }) => wantsNewerNode(locked)).map(({ by, name }) => `${by}: ${name}`)).toEqual([]);
  });

  it('that others bring along want no newer Node either, but for a few', () => {
    const newer = Object.entries(packages).filter(([, locked]) => wantsNewerNode(locked));
    expect([...new Set(newer.map(([path]) => nameOf(path)))].sort()).toEqual(namesNewerNode);
  });

  it.each(namesNewerNode)('%s loads on this Node all the same', (name) => {
    const places = Object.keys(packages).filter((path) => nameOf(path) === name && existsSync(join(root, path)));
    expect(places.length).toBeGreaterThan(0);
    for (const place of places) {
      // Imported by Node itself, from the folder that the package lies in, so that it is this very copy.
      const from = join(root, place.slice(0, place.lastIndexOf('node_modules/')));
      const exported = execFileSync(process.execPath, ['--input-type=module', '-e', `process.stdout.write(String(Object.keys(await import(${JSON.stringify(name)})).length))`], { cwd: from, encoding: 'utf8' });
      expect(Number(exported)).toBeGreaterThan(0);
    }
  });

  it('are none of them deprecated', () => {
    const deprecated = Object.entries(packages).filter(([, locked]) => locked.deprecated !== undefined);
    expect(deprecated.map(([path, locked]) => `${path}: ${locked.deprecated ?? ''}`)).toEqual([]);
  });

  it('are pinned to one version each', () => {
    const loose = directDependencies().filter(({ range, locked }) => range.replace(/^npm:.*@/, '') !== locked.version);
    expect(loose.map(({ by, name, range }) => `${by}: ${name} ${range}`)).toEqual([]);
  });

  it('are in the lock file for every platform, without which `npm ci` refuses a clean clone', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) => Object.keys(optionalDependencies).filter((name) => locate(path, name) === undefined).map((name) => `${path}: ${name}`));
    expect(missing).toEqual([]);
  });
});

type Direct = Readonly<{ by: string; name: string; range: string; locked: Locked }>;

/** What the workspaces name themselves, without each other. */
function directDependencies(): readonly Direct[] {
  const folders = ['', ...['apps', 'libs'].flatMap((parent) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`))].filter((folder) => existsSync(join(root, folder, 'package.json')));
  return folders.flatMap((folder) => {
    const { name: by, dependencies, devDependencies, optionalDependencies } = read(join(folder, 'package.json')) as Manifest;
    return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }).flatMap(([name, range]) => {
      const path = locate(folder, name);
      const locked = path === undefined ? undefined : packages[path];
      if (locked === undefined) throw new Error(`${by}: ${name} is not in package-lock.json`);
      return locked.link === true ? [] : [{ by, name, range, locked }];
    });
  });
}

/** Where Node finds `name` when a package at `path` asks for it: the nearest `node_modules` upwards. */
function locate(path: string, name: string): string | undefined {
  for (let folder = path; ; folder = folder.includes('/node_modules/') ? folder.slice(0, folder.lastIndexOf('/node_modules/')) : '') {
    const candidate = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (candidate in packages) return candidate;
    if (folder === '') return undefined;
  }
}

function wantsNewerNode({ engines }: Locked): boolean {
  return engines?.node !== undefined && !satisfies(oldest, engines.node);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}
