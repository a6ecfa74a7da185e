import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { guardAgainstOurDeath } from './death-guard.ts';
import type { Environment } from './log.ts';

export type ServiceExit = Readonly<{ code: number | null; signal: NodeJS.Signals | null }>;

export type ServiceProcessOptions = Readonly<{
  /** As logs show it, such as `evaluator-2`. */
  name: string;
  main: string;
  env: Environment;
  /** One line the service wrote, on either stream. */
  onLine: (name: string, line: string) => void;
  /** It ended without being asked to. */
  onCrash?: (service: ServiceProcess, exit: ServiceExit) => void;
}>;

const stopLimitMs = 9_000;

/** One service as a process of its own, in a process group of its own: a Ctrl-C in the terminal reaches it only through `stop`. */
export class ServiceProcess {
  readonly name: string;
  private child: ChildProcess | undefined;
  private ended: Promise<ServiceExit> | undefined;
  private wanted = false;

  constructor(private readonly options: ServiceProcessOptions) {
    this.name = options.name;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  start(): void {
    if (this.running) return;
    const { name, main, env, onLine } = this.options;
    const child = spawn(process.execPath, ['--enable-source-maps', main], { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.child = child;
    this.wanted = true;
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', (line) => onLine(name, line));
    const guard = child.pid === undefined ? undefined : guardAgainstOurDeath(child.pid, 'TERM');
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => {
        onLine(name, `cannot be started: ${error.message}`);
        resolve({ code: 1, signal: null });
      });
      child.once('close', (code, signal) => {
        void guard?.dismiss();
        resolve({ code, signal });
        if (this.wanted && this.child === child) this.options.onCrash?.(this, { code, signal });
      });
    });
  }

  /** Sends a signal; SIGKILL and SIGSTOP are what fault tests are made of. */
  signal(signal: NodeJS.Signals): void {
    if (signal === 'SIGKILL' || signal === 'SIGTERM' || signal === 'SIGINT') this.wanted = false;
    if (this.running) this.child?.kill(signal);
  }

  /** Resolves when the present process has ended. */
  async exited(): Promise<ServiceExit> {
    return this.ended ?? { code: null, signal: null };
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited();
  }

  /** SIGTERM, and SIGKILL for one that has not ended after 9 s. */
  async stop(): Promise<ServiceExit> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), stopLimitMs);
    try {
      return await this.exited();
    } finally {
      clearTimeout(timer);
    }
  }
}
