import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { locateNatsServer, pinnedNatsServerVersion, type LocateOptions } from './locate-nats-server.ts';
import { sha256 } from './release-archive.ts';

jest.setTimeout(30_000);

const nowhere = 'http://127.0.0.1:1';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdpoint-locate-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('where the nats-server comes from', () => {
  it('is the one that HOLDPOINT_NATS_SERVER names, before any other', async () => {
    const named = program('named/nats-server', '2.12.1');
    program('bin/nats-server', '2.14.0');
    expect(await locate({ HOLDPOINT_NATS_SERVER: named, PATH: join(folder, 'bin') })).toEqual({ path: named, version: '2.12.1', source: 'environment' });
  });

  it.each([
    ['2.9.9', 'nats_server_too_old', 'HOLDPOINT_NATS_SERVER names nats-server 2.9.9; 2.9.10 or newer is needed'],
    [undefined, 'nats_server_missing', 'which is not a nats-server that runs here'],
  ])('a named one of version %s is refused in a sentence', async (version, code, message) => {
    const named = version === undefined ? join(folder, 'absent') : program('old', version);
    await expect(locate({ HOLDPOINT_NATS_SERVER: named, PATH: '' })).rejects.toMatchObject({ code, message: expect.stringContaining(message) as unknown });
  });

  it('is the one on the PATH, unless that is too old', async () => {
    const installed = program('bin/nats-server', '2.10.22');
    expect(await locate({ PATH: join(folder, 'bin') })).toMatchObject({ path: installed, source: 'path' });

    const cached = program(`cache/${pinnedNatsServerVersion}/nats-server`, pinnedNatsServerVersion);
    program('bin/nats-server', '2.2.0');
    expect(await locate({ PATH: join(folder, 'bin') })).toEqual({ path: cached, version: pinnedNatsServerVersion, source: 'cache' });
  });

  it('is the release, fetched once however many ask for it, and the cached one from then on', async () => {
    const releases = await serveRelease();
    const asked = await Promise.all([locate({ PATH: '' }, releases.url), locate({ PATH: '' }, releases.url)]);
    const later = await locate({ PATH: '' }, nowhere);
    await releases.close();

    expect(asked.map(({ source }) => source).sort()).toEqual(['cache', 'release']);
    expect(new Set([...asked, later].map(({ path }) => path)).size).toBe(1);
    expect(later).toMatchObject({ version: pinnedNatsServerVersion, source: 'cache' });
    expect(releases.archivesServed()).toBe(1);
  });

  it('is never a release without the listed checksum', async () => {
    const releases = await serveRelease('0'.repeat(64));
    await expect(locate({ PATH: '' }, releases.url)).rejects.toThrow('does not have the SHA-256 that the release lists');
    await releases.close();
  });

  it('takes over the lock of a fetch that was killed', async () => {
    const lock = join(folder, `cache/${pinnedNatsServerVersion}.lock`);
    mkdirSync(lock, { recursive: true });
    writeFileSync(join(lock, 'holder'), '1\nan earlier boot\n');
    const releases = await serveRelease();
    expect(await locate({ PATH: '' }, releases.url)).toMatchObject({ source: 'release' });
    await releases.close();
  });

  it('is nowhere: one sentence lists all that was tried and what to do', async () => {
    const failure: unknown = await locate({ PATH: '' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'LocalStackError', code: 'nats_server_missing' });
    const { message } = failure as Error;
    for (const part of ['PATH: no `nats-server`', 'cache: nothing in', 'release: ', 'go: no `go` on the PATH', 'debian: no `apt-get`', 'HOLDPOINT_NATS_SERVER', 'NATS_URL']) {
      expect(message).toContain(part);
    }
    expect(message).not.toContain('\n');
  });
});

function locate(env: LocateOptions['env'], releases = nowhere): ReturnType<typeof locateNatsServer> {
  return locateNatsServer({ env, log: () => undefined, cacheDir: join(folder, 'cache'), releases });
}

/** A program that says what `nats-server --version` would. */
function program(name: string, version: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho "nats-server: v${version}"\n`);
  chmodSync(path, 0o755);
  return path;
}

async function serveRelease(checksum?: string): Promise<{ url: string; archivesServed: () => number; close: () => Promise<void> }> {
  const script = `#!/bin/sh\necho "nats-server: v${pinnedNatsServerVersion}"\n`;
  const header = Buffer.alloc(512);
  header.write('release/nats-server', 0);
  header.write(`${script.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('0', 156);
  const archive = gzipSync(Buffer.concat([header, Buffer.from(script.padEnd(512, '\0')), Buffer.alloc(1024)]));
  let served = 0;
  const server = createServer((request, response) => {
    const name = request.url?.split('/').at(-1) ?? '';
    if (name !== 'SHA256SUMS') {
      served += 1;
      response.end(archive);
      return;
    }
    const names = ['linux-amd64', 'linux-arm64', 'darwin-amd64', 'darwin-arm64'].map((platform) => `nats-server-v${pinnedNatsServerVersion}-${platform}.tar.gz`);
    response.end(names.map((each) => `${checksum ?? sha256(archive)}  ${each}\n`).join(''));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    archivesServed: () => served,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
