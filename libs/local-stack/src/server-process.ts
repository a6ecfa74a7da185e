import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { guardAgainstOurDeath } from './death-guard.ts';
import type { Environment } from './log.ts';
import { formatIdentity, identityOf, isAlive, parseIdentity } from './process-identity.ts';

export type ServerExit = Readonly<{ code: number | null; signal: NodeJS.Signals | null }>;

/** A server that runs beside us until somebody stops it. */
export type ServerProcess = Readonly<{
  pid: number;
  /** Resolves when the process is gone and all that it said has been read; never rejects. */
  exited: Promise<ServerExit>;
  isRunning(): boolean;
  /** The last lines that it said, oldest first. */
  lastLines(): readonly string[];
  /** Resolves `true` at the first line that matches, `false` when the process ends or `timeoutMs` passes before. */
  says(pattern: RegExp, timeoutMs: number): Promise<boolean>;
  signal(signal: NodeJS.Signals): void;
  /** Sends `signal`, then SIGKILL after `graceMs`; resolves when the process is gone. */
  stop(signal: NodeJS.Signals, graceMs: number): Promise<void>;
}>;

type ServerCommand = Readonly<{
  command: string;
  args: readonly string[];
  cwd: string;
  env: Environment;
  uid?: number;
  gid?: number;
  /** Remembers the process for a later start, should this one be killed before it can stop its children. */
  identityFile: string;
  onLine: (line: string) => void;
}>;

const keptLines = 20;

/** Rejects when the program cannot be started at all. */
export async function startServerProcess(server: ServerCommand): Promise<ServerProcess> {
  const child = spawn(server.command, server.args, {
    cwd: server.cwd,
    env: { ...server.env },
    // A process group of its own: Ctrl-C at the terminal reaches us, and we end the children in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(server.uid === undefined ? {} : { uid: server.uid }),
    ...(server.gid === undefined ? {} : { gid: server.gid }),
  });
  const pid = child.pid;
  const spawned = new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  const exited = new Promise<ServerExit>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
  if (pid === undefined) {
    await spawned;
    throw new Error(`${server.command} did not start`);
  }
  const identity = identityOf(pid);
  if (identity !== undefined) writeFileSync(server.identityFile, formatIdentity(identity), { mode: 0o600 });
  await spawned;

  let running = true;
  const recent: string[] = [];
  const listeners = new Set<(line: string) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      recent.push(line);
      if (recent.length > keptLines) recent.shift();
      server.onLine(line);
      for (const listener of listeners) listener(line);
    });
  }
  const guard = guardAgainstOurDeath(pid, 'INT');
  const gone = exited.then(async (exit) => {
    running = false;
    await guard.dismiss();
    rmSync(server.identityFile, { force: true });
    return exit;
  });

  return {
    pid,
    exited: gone,
    isRunning: () => running,
    lastLines: () => [...recent],
    says: (pattern, timeoutMs) =>
      new Promise((resolve) => {
        const settle = (said: boolean): void => {
          clearTimeout(timer);
          listeners.delete(listener);
          resolve(said);
        };
        const listener = (line: string): void => {
          if (pattern.test(line)) settle(true);
        };
        const timer = setTimeout(() => settle(false), timeoutMs);
        listeners.add(listener);
        if (recent.some((line) => pattern.test(line))) settle(true);
        void gone.then(() => settle(false));
      }),
    signal: (signal) => void child.kill(signal),
    stop: async (signal, graceMs) => {
      if (!running) return;
      child.kill(signal);
      // A paused server hears nothing else.
      child.kill('SIGCONT');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await gone;
      clearTimeout(timer);
    },
  };
}

/** Ends the process that an earlier, killed start left behind; returns its pid if there was one. */
export async function endLeftover(identityFile: string, signal: NodeJS.Signals, graceMs: number): Promise<number | undefined> {
  const identity = readIdentity(identityFile);
  if (identity === undefined) return undefined;
  const wasAlive = isAlive(identity);
  if (wasAlive) {
    const deadline = performance.now() + graceMs;
    process.kill(identity.pid, signal);
    while (isAlive(identity) && performance.now() < deadline) await delay(25);
    if (isAlive(identity)) process.kill(identity.pid, 'SIGKILL');
    while (isAlive(identity) && performance.now() < deadline + 5_000) await delay(25);
  }
  rmSync(identityFile, { force: true });
  return wasAlive ? identity.pid : undefined;
}

function readIdentity(path: string): ReturnType<typeof parseIdentity> {
  try {
    return parseIdentity(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
