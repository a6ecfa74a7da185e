import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync, type Stats } from 'node:fs';
import { join, resolve } from 'node:path';
import { LocalStackError } from './local-stack-error.ts';
import { formatIdentity, identityOf, isAlive, parseIdentity, type ProcessIdentity } from './process-identity.ts';

/** The one folder that holds all of a stack: clusters, streams, secrets, ports. Held by one process at a time. */
export type DataFolder = Readonly<{
  path: string;
  /** 256 random bits in base64url, generated once per name and kept; `given` is kept instead where there is none yet. */
  secret(name: string, given?: string): string;
  rememberedPort(part: string): number | undefined;
  rememberPort(part: string, port: number): void;
  release(): void;
}>;

const markerName = 'holdpoint.json';
const marker = { format: 'holdpoint-data', version: 1 } as const;

/** Opens or creates the folder (0700). Throws `data_dir_foreign` where it is not ours, `data_dir_locked` while somebody uses it. */
export function openDataFolder(given: string): DataFolder {
  const path = resolve(given);
  claim(path);
  const lock = takeLock(path);
  return {
    path,
    secret: (name, wished) => kept(join(path, 'secrets.json'), name, () => wished ?? randomBytes(32).toString('base64url')),
    rememberedPort: (part) => {
      const port = readRecord(join(path, 'ports.json'))[part];
      return typeof port === 'number' ? port : undefined;
    },
    rememberPort: (part, port) => {
      const file = join(path, 'ports.json');
      writeWhole(file, { ...readRecord(file), [part]: port });
    },
    release: () => {
      if (readLock(lock.file)?.born === lock.holder.born) rmSync(lock.file, { force: true });
    },
  };
}

function claim(path: string): void {
  const found = folderAt(path);
  const owner = process.getuid?.();
  if (owner !== undefined && found.uid !== owner) throw foreign(path, `belongs to another user (uid ${found.uid})`);
  const names = readdirSync(path).filter((name) => !name.startsWith(`${markerName}.`));
  if (!names.includes(markerName)) {
    if (names.length > 0) throw foreign(path, 'holds files that are not ours');
    writeWhole(join(path, markerName), marker);
  }
  const { format, version } = readRecord(join(path, markerName));
  if (format !== marker.format) throw foreign(path, `has a \`${markerName}\` that is not ours`);
  if (version !== marker.version) throw foreign(path, `is of data format ${String(version)}, this program reads format ${marker.version}`);
  chmodSync(path, 0o700);
}

function folderAt(path: string): Stats {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return statSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOTDIR') throw foreign(path, 'is not a folder');
    if (code === 'EACCES' || code === 'EROFS') throw foreign(path, 'cannot be written by this user');
    throw error;
  }
}

function foreign(path: string, why: string): LocalStackError {
  return new LocalStackError('data_dir_foreign', `the data folder \`${path}\` ${why}; choose another one`);
}

function takeLock(path: string): { file: string; holder: ProcessIdentity } {
  const file = join(path, 'lock');
  const holder = identityOf(process.pid);
  if (holder === undefined) throw new LocalStackError('data_dir_locked', `the data folder \`${path}\` cannot be locked: the system does not tell our own start time`);
  const mine = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`;
  writeFileSync(mine, formatIdentity(holder), { mode: 0o600 });
  try {
    // Every round either takes the lock, finds its living holder, or removes one dead holder.
    for (;;) {
      if (linked(mine, file)) return { file, holder };
      const other = readLock(file);
      if (other !== undefined && isAlive(other)) {
        throw new LocalStackError('data_dir_locked', `the data folder \`${path}\` is in use by process ${other.pid}; stop that one or choose another folder`);
      }
      removeStale(file, other);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Renames first and looks again: a lock that somebody took meanwhile is put back. */
function removeStale(file: string, judged: ProcessIdentity | undefined): void {
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  const moved = readLock(aside);
  if (moved !== undefined && moved.born !== judged?.born && isAlive(moved)) linked(aside, file);
  rmSync(aside, { force: true });
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readLock(file: string): ProcessIdentity | undefined {
  try {
    return parseIdentity(readFileSync(file, 'utf8'));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function kept(file: string, name: string, make: () => string): string {
  const all = readRecord(file);
  const known = Object.hasOwn(all, name) ? all[name] : undefined;
  if (typeof known === 'string') return known;
  const made = make();
  writeWhole(file, { ...all, [name]: made });
  return made;
}

function readRecord(file: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch (error) {
    if (isMissing(error)) return {};
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new LocalStackError('data_dir_foreign', `\`${file}\` is damaged: it is not a JSON object`);
}

/** INVARIANT: a reader finds the old file or the new one, never half of one. */
function writeWhole(file: string, value: Readonly<Record<string, unknown>>): void {
  const next = `${file}.${process.pid}.next`;
  writeFileSync(next, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(next, file);
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
