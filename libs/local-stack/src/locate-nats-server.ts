import { chmodSync, copyFileSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { withCacheLock } from './cache-lock.ts';
import { LocalStackError } from './local-stack-error.ts';
import type { Environment, Log } from './log.ts';
import { isAtLeast } from './nats-config.ts';
import { fileInTarGz, listedChecksum, sha256 } from './release-archive.ts';
import { findOnPath, isExecutable, lastLine, runCommand } from './run-command.ts';

/** What we develop on, and what is fetched where nothing is installed. */
export const pinnedNatsServerVersion = '2.14.9';
/** The oldest server that everything but the public NATS door works on (Debian 12's). */
export const oldestNatsServerVersion = '2.9.10';

export type NatsServerBinary = Readonly<{ path: string; version: string; source: NatsServerSource }>;
export type NatsServerSource = 'environment' | 'path' | 'cache' | 'release' | 'go' | 'debian';

export type LocateOptions = Readonly<{
  /** `HOLDPOINT_NATS_SERVER`, `PATH`, `HOME`, `XDG_CACHE_HOME`; handed on to `go` and `apt-get`. */
  env: Environment;
  log: Log;
  /** Default `$XDG_CACHE_HOME/holdpoint/nats-server`, or the same under `~/.cache`. */
  cacheDir?: string;
  /** Where `v<version>/<file>` of the releases lie. */
  releases?: string;
}>;

type Fetch = Readonly<{ env: Environment; log: Log; cacheDir: string; releases: string; scratch: string }>;

const officialReleases = 'https://github.com/nats-io/nats-server/releases/download';
const aDayMs = 24 * 60 * 60 * 1_000;
const fetchTimeoutMs = 10 * 60 * 1_000;

/**
 * A `nats-server` to run: the one named by `HOLDPOINT_NATS_SERVER`, the one on the PATH, the cached one; else the pinned version from
 * the official release or built with Go, else Debian's package. What is fetched is cached.
 *
 * A release archive counts only if its SHA-256 is the one that the release's own `SHA256SUMS` lists, fetched over the same TLS
 * connection: that catches damage and half downloads, not a release replaced at its source. Go checks against its checksum database,
 * apt against Debian's signatures.
 *
 * Throws `nats_server_too_old` for a named binary before 2.9.10, and `nats_server_missing`, with everything that was tried.
 */
export async function locateNatsServer(options: LocateOptions): Promise<NatsServerBinary> {
  const { env, log } = options;
  const tried: string[] = [];

  const named = env['HOLDPOINT_NATS_SERVER'];
  if (named !== undefined && named !== '') return namedBinary(named);

  const installed = findOnPath('nats-server', env);
  if (installed === undefined) tried.push('PATH: no `nats-server`');
  else {
    const version = await versionOf(installed);
    if (version !== undefined && isAtLeast(version, oldestNatsServerVersion)) return { path: installed, version, source: 'path' };
    tried.push(`PATH: \`${installed}\` is ${version ?? 'not a working nats-server'}, ${oldestNatsServerVersion} or newer is needed`);
    log({ part: 'stack', level: 'warn', message: tried.at(-1) ?? '' });
  }

  const cacheDir = cacheFolder(options);
  const pinned = join(cacheDir, pinnedNatsServerVersion, 'nats-server');
  const cached = await cachedBinary(pinned);
  if (cached !== undefined) return cached;
  tried.push(`cache: nothing in \`${dirname(pinned)}\``);
  // Where the pinned version could not be had, it is asked for again only once a day.
  const fallback = debianPath(cacheDir);
  if (isYoungerThanADay(fallback)) {
    const debian = await cachedBinary(fallback);
    if (debian !== undefined) return { ...debian, source: 'debian' };
  }

  const fetched = await fetchInto(options, cacheDir, pinned, tried, [
    ['release', fromRelease],
    ['go', fromGo],
  ]);
  if (fetched !== undefined) return fetched;
  const debian = await fetchInto(options, cacheDir, fallback, tried, [['debian', fromDebian]]);
  if (debian !== undefined) return debian;
  throw new LocalStackError(
    'nats_server_missing',
    `no nats-server was found and none could be fetched (${tried.join('; ')}); install nats-server ${pinnedNatsServerVersion}, name one with HOLDPOINT_NATS_SERVER, or give a NATS_URL`,
  );
}

/** Debian's `nats-server` package (2.9.10 in Debian 12), unpacked into the cache without root. Throws `nats_server_missing` where apt cannot fetch it. */
export async function fetchDebianNatsServer(options: LocateOptions): Promise<NatsServerBinary> {
  const cacheDir = cacheFolder(options);
  const path = debianPath(cacheDir);
  const tried: string[] = [];
  const found = (await cachedBinary(path)) ?? (await fetchInto(options, cacheDir, path, tried, [['debian', fromDebian]]));
  if (found === undefined) throw new LocalStackError('nats_server_missing', `Debian's nats-server package could not be fetched (${tried.join('; ')})`);
  return { ...found, source: 'debian' };
}

async function namedBinary(path: string): Promise<NatsServerBinary> {
  const version = isExecutable(path) ? await versionOf(path) : undefined;
  if (version === undefined) throw new LocalStackError('nats_server_missing', `HOLDPOINT_NATS_SERVER names \`${path}\`, which is not a nats-server that runs here`);
  if (!isAtLeast(version, oldestNatsServerVersion)) {
    throw new LocalStackError('nats_server_too_old', `HOLDPOINT_NATS_SERVER names nats-server ${version}; ${oldestNatsServerVersion} or newer is needed`);
  }
  return { path, version, source: 'environment' };
}

async function cachedBinary(path: string): Promise<NatsServerBinary | undefined> {
  if (!isExecutable(path)) return undefined;
  const version = await versionOf(path);
  return version === undefined ? undefined : { path, version, source: 'cache' };
}

type Source = readonly [NatsServerSource, (fetch: Fetch) => Promise<string>];

/** The first source that yields a binary which runs is moved to `target` in one step. Every failure is told and added to `tried`. */
async function fetchInto(options: LocateOptions, cacheDir: string, target: string, tried: string[], sources: readonly Source[]): Promise<NatsServerBinary | undefined> {
  try {
    mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  } catch (error) {
    tried.push(`cache: \`${dirname(target)}\` cannot be made: ${(error as Error).message}`);
    return undefined;
  }
  return withCacheLock(`${dirname(target)}.lock`, fetchTimeoutMs, async () => {
    const meanwhile = await cachedBinary(target);
    if (meanwhile !== undefined) return meanwhile;
    for (const [source, fetch] of sources) {
      const scratch = mkdtempSync(join(cacheDir, '.fetch-'));
      try {
        const binary = await fetch({ env: options.env, log: options.log, cacheDir, releases: options.releases ?? officialReleases, scratch });
        chmodSync(binary, 0o755);
        const version = await versionOf(binary);
        if (version === undefined) throw new Error('what came does not run here');
        renameSync(binary, target);
        options.log({ part: 'stack', level: 'info', message: `nats-server ${version} is now in \`${target}\`` });
        return { path: target, version, source };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        tried.push(`${source}: ${why}`);
        options.log({ part: 'stack', level: 'warn', message: `nats-server by ${source}: ${why}` });
      } finally {
        rmSync(scratch, { recursive: true, force: true });
      }
    }
    return undefined;
  });
}

async function fromRelease({ log, releases, scratch }: Fetch): Promise<string> {
  const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
  if (architecture === undefined || !['linux', 'darwin'].includes(process.platform)) throw new Error(`no release for ${process.platform} ${process.arch}`);
  const name = `nats-server-v${pinnedNatsServerVersion}-${process.platform}-${architecture}.tar.gz`;
  const folder = `${releases}/v${pinnedNatsServerVersion}`;
  log({ part: 'stack', level: 'info', message: `fetching ${folder}/${name}` });
  const expected = listedChecksum(Buffer.from(await download(`${folder}/SHA256SUMS`)).toString('utf8'), name);
  if (expected === undefined) throw new Error(`SHA256SUMS does not list ${name}`);
  const archive = await download(`${folder}/${name}`);
  if (sha256(archive) !== expected) throw new Error(`${name} does not have the SHA-256 that the release lists`);
  const binary = fileInTarGz(archive, 'nats-server');
  if (binary === undefined) throw new Error(`${name} holds no nats-server`);
  const path = join(scratch, 'nats-server');
  writeFileSync(path, binary, { mode: 0o755 });
  return path;
}

/** 10 s to the first byte, 2 minutes to the last. */
async function download(url: string): Promise<Uint8Array> {
  const stop = new AbortController();
  const late = (after: string) => (): void => stop.abort(new Error(`no answer within ${after}`));
  const first = setTimeout(late('10 s'), 10_000);
  const last = setTimeout(late('2 minutes'), 120_000);
  try {
    const response = await fetch(url, { signal: stop.signal });
    clearTimeout(first);
    if (!response.ok) throw new Error(`${url} answers ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    // fetch hides why behind "fetch failed".
    throw error instanceof TypeError && error.cause instanceof Error ? new Error(`${url}: ${error.cause.message}`, { cause: error }) : error;
  } finally {
    clearTimeout(first);
    clearTimeout(last);
  }
}

async function fromGo({ env, log, scratch }: Fetch): Promise<string> {
  const go = findOnPath('go', env);
  if (go === undefined) throw new Error('no `go` on the PATH');
  const module = `github.com/nats-io/nats-server/v2@v${pinnedNatsServerVersion}`;
  log({ part: 'stack', level: 'info', message: `building ${module} with ${go}; this takes a minute or two, once` });
  const { code, stderr } = await runCommand(go, ['install', module], { env: { ...env, GOBIN: scratch }, cwd: scratch, timeoutMs: fetchTimeoutMs });
  if (code !== 0) throw new Error(`go install failed: ${lastLine(stderr)}`);
  return join(scratch, 'nats-server');
}

async function fromDebian({ env, log, scratch }: Fetch): Promise<string> {
  const apt = findOnPath('apt-get', env);
  const dpkg = findOnPath('dpkg', env);
  if (apt === undefined || dpkg === undefined) throw new Error('no `apt-get` and `dpkg` on the PATH');
  log({ part: 'stack', level: 'info', message: "fetching Debian's nats-server package" });
  const options = { env, cwd: scratch, timeoutMs: 120_000 };
  let result = await runCommand(apt, ['download', 'nats-server'], options);
  if (result.code !== 0) {
    // The system may have no package lists: make our own, which needs no root.
    const own = ['-o', `Dir::State::lists=${join(scratch, 'lists')}`, '-o', `Dir::Cache=${join(scratch, 'cache')}`];
    await runCommand(apt, [...own, 'update'], options);
    result = await runCommand(apt, [...own, 'download', 'nats-server'], options);
  }
  const archive = readdirSync(scratch).find((name) => name.endsWith('.deb'));
  if (archive === undefined) throw new Error(`apt-get download failed: ${lastLine(result.stderr)}`);
  const unpacked = await runCommand(dpkg, ['-x', archive, 'package'], options);
  if (unpacked.code !== 0) throw new Error(`dpkg failed: ${lastLine(unpacked.stderr)}`);
  const path = join(scratch, 'nats-server');
  copyFileSync(join(scratch, 'package/usr/sbin/nats-server'), path);
  return path;
}

/** `nats-server: v2.14.9` -> `2.14.9`; `undefined` when the program does not run or is another. */
async function versionOf(path: string): Promise<string | undefined> {
  const { stdout } = await runCommand(path, ['--version'], { env: {}, timeoutMs: 20_000 });
  return /^nats-server: v(\d+\.\d+\.\d+)/m.exec(stdout)?.[1];
}

function debianPath(cacheDir: string): string {
  return join(cacheDir, 'debian', 'nats-server');
}

function cacheFolder({ cacheDir, env }: LocateOptions): string {
  return cacheDir ?? join(holdpointCache(env), 'nats-server');
}

/** `$XDG_CACHE_HOME/holdpoint`, `~/.cache/holdpoint` or, where neither can be written, a folder of this user's under the temporary one. Made if absent. */
export function holdpointCache(env: Environment): string {
  const [xdg, home] = [env['XDG_CACHE_HOME'], env['HOME']];
  const wished = [...(isAbsolute(xdg) ? [join(xdg, 'holdpoint')] : []), ...(isAbsolute(home) ? [join(home, '.cache', 'holdpoint')] : [])];
  const mine = join(tmpdir(), `holdpoint-cache-${process.getuid?.() ?? 0}`);
  // What lies there is run: it has to be ours alone.
  return [...wished, mine].find(isOurs) ?? mkdtempSync(join(tmpdir(), 'holdpoint-cache-'));
}

function isAbsolute(path: string | undefined): path is string {
  return path?.startsWith('/') ?? false;
}

function isOurs(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = lstatSync(folder);
    return uid === process.getuid?.() && (mode & 0o022) === 0;
  } catch {
    return false;
  }
}

function isYoungerThanADay(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs < aDayMs;
}
