import { demandPort, freePort, portInUse } from './free-port.ts';
import { LocalStackError, type LocalStackErrorCode } from './local-stack-error.ts';
import type { ServerExit, ServerProcess } from './server-process.ts';

/** One running server of the stack. `port` and `url` stay the same across restarts. */
export type ServerPart = Readonly<{
  url: string;
  port: number;
  version: string;
  /** Of the process that runs now, or ran last. */
  pid: number;
  isRunning(): boolean;
  /** Stops it in good order, if it runs, and starts it on the same port and folder. */
  restart(): Promise<void>;
  /** Sends a signal and, unless it is SIGSTOP or SIGCONT, waits until the process is gone. Does not start it again. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  stop(): Promise<void>;
}>;

/** `demanded`: this port or `port_in_use`. `wished`: this port if it is free, else another. */
export type PortChoice = Readonly<{ demanded?: number | undefined; wished?: number | undefined }>;

type PartSettings = Readonly<{
  name: string;
  version: string;
  port: PortChoice;
  url: (port: number) => string;
  start: (port: number) => Promise<ServerProcess>;
  ready: RegExp;
  stopSignal: NodeJS.Signals;
  failure: LocalStackErrorCode;
  /** The process ended although nobody here asked it to. */
  onExit: (exit: ServerExit, lastLines: readonly string[]) => void;
}>;

const startTimeoutMs = 60_000;
const stopGraceMs = 9_000;
const portAttempts = 5;

export async function startServerPart(settings: PartSettings): Promise<ServerPart> {
  const { demanded, wished } = settings.port;
  let port = demanded ?? wished;
  let running: ServerProcess | undefined;
  for (let attempt = 1; running === undefined; attempt += 1) {
    port = demanded === undefined ? await freePort(port) : await demandPort(settings.name, demanded);
    running = await launch(settings, port, demanded === undefined && attempt < portAttempts);
    // Somebody took the port between our look and the server's own.
    if (running === undefined) port = undefined;
  }
  const chosen = port ?? 0;
  let current = running;
  const expected = new WeakSet<ServerProcess>();
  const watch = (watched: ServerProcess): void => {
    void watched.exited.then((exit) => {
      if (!expected.has(watched)) settings.onExit(exit, watched.lastLines());
    });
  };
  const stop = async (): Promise<void> => {
    expected.add(current);
    await current.stop(settings.stopSignal, stopGraceMs);
  };
  watch(current);
  return {
    url: settings.url(chosen),
    port: chosen,
    version: settings.version,
    get pid() {
      return current.pid;
    },
    isRunning: () => current.isRunning(),
    stop,
    kill: async (signal = 'SIGKILL') => {
      if (!current.isRunning()) return;
      if (signal === 'SIGSTOP' || signal === 'SIGCONT') {
        current.signal(signal);
        return;
      }
      expected.add(current);
      current.signal(signal);
      await current.exited;
    },
    restart: async () => {
      await stop();
      const next = await launch(settings, chosen, false);
      if (next === undefined) throw portInUse(settings.name, chosen);
      current = next;
      watch(current);
    },
  };
}

/** `undefined`: the port was taken, and the caller may choose another. */
async function launch(settings: PartSettings, port: number, mayMove: boolean): Promise<ServerProcess | undefined> {
  const process = await settings.start(port).catch((cause: unknown) => {
    throw new LocalStackError(settings.failure, `${settings.name} cannot be started: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  });
  if (await process.says(settings.ready, startTimeoutMs)) return process;
  await process.stop('SIGKILL', 0);
  const lines = process.lastLines();
  if (lines.some((line) => /address already in use/i.test(line))) {
    if (mayMove) return undefined;
    throw portInUse(settings.name, port);
  }
  throw new LocalStackError(settings.failure, `${settings.name} did not start: ${lines.at(-1) ?? 'it said nothing'}`);
}
