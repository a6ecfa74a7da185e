import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { formatIdentity, identityOf, isAlive, parseIdentity } from './process-identity.ts';

const ownerlessGraceMs = 10_000;

/**
 * Runs `work` while this process alone holds the lock folder. Waits for a living holder, at most `timeoutMs`, then rejects;
 * the lock of a dead one is taken over.
 */
export async function withCacheLock<T>(folder: string, timeoutMs: number, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  while (!taken(folder)) {
    if (isStale(folder)) rmSync(folder, { recursive: true, force: true });
    else if (performance.now() > deadline) throw new Error(`\`${folder}\` is still held by another process after ${timeoutMs} ms`);
    else await delay(100);
  }
  try {
    return await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function taken(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  const self = identityOf(process.pid);
  if (self !== undefined) writeFileSync(join(folder, 'holder'), formatIdentity(self), { mode: 0o600 });
  return true;
}

/** A holder writes its name right after it made the folder; one that never does has died in between. */
function isStale(folder: string): boolean {
  try {
    const holder = parseIdentity(readFileSync(join(folder, 'holder'), 'utf8'));
    if (holder !== undefined) return !isAlive(holder);
    return Date.now() - statSync(folder).mtimeMs > ownerlessGraceMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const made = statSync(folder, { throwIfNoEntry: false });
  return made !== undefined && Date.now() - made.mtimeMs > ownerlessGraceMs;
}
