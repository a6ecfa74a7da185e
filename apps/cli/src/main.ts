#!/usr/bin/env node
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { askPerson } from './command/ask-person.ts';
import { wantsHelp } from './command/options.ts';
import { demoUsage, upUsage, usage } from './command/usage.ts';
import { onStandardStreams } from './json-lines/standard-streams.ts';
import { InvalidLauncherConfig } from './up/config.ts';
import type { Terminal } from './up/up.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** npm runs commands in the repository's folder and says where it was called. */
const pathOf = (name: string): string => resolve(process.env['INIT_CWD'] ?? '.', name);
const terminal: Terminal = { out: (line) => process.stdout.write(`${line}\n`), err: (line) => process.stderr.write(`${line}\n`) };

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());

function help(text: string): number {
  terminal.out(text);
  return 0;
}

function misused(problem: string, text: string): number {
  terminal.err(`holdpoint${problem}\n\n${text}`);
  return 64;
}

async function main([command, ...args]: readonly string[]): Promise<number> {
  const context = { root, env: process.env, terminal, stop: stop.signal };
  // Each command loads what it needs: where only services are installed there is no local stack.
  switch (command) {
    case 'up':
      if (wantsHelp(args)) return help(upUsage);
      return args.length > 0 ? misused(` up takes no \`${args.join(' ')}\``, upUsage) : (await import('./up/up.ts')).up(context);
    case 'demo':
      return wantsHelp(args) ? help(demoUsage) : (await import('./demo/demo.ts')).demo({ ...context, args });
    case 'scan':
      return onStandardStreams(stop.signal, async (streams) => (await import('./scan/scan.ts')).scan({ ...streams, args, err: terminal.err }));
    case 'decide':
      return onStandardStreams(stop.signal, async (streams) => (await import('./decide/decide.ts')).decide({ ...streams, args, err: terminal.err, now: Date.now, pathOf }));
    case 'policy':
      return (await import('./policies/policy.ts')).policy({ args, terminal, pathOf, env: process.env, stop: stop.signal, ask: askPerson });
    case 'db':
      return (await import('./db/db.ts')).db({ ...context, args });
    case 'help':
      return args.length > 0 ? main([...args, '--help']) : help(usage);
    case '--help':
    case '-h':
      return help(usage);
    default:
      return command === undefined ? misused(': which command?', usage) : misused(`: no command \`${command}\``, usage);
  }
}

/** `process.exit` drops what a slow reader has not taken yet; one that has had enough (`| head`) is no trouble. */
async function allWritten(): Promise<void> {
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise<void>((done) => stream.write('', () => done()))));
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

try {
  const code = await main(process.argv.slice(2));
  if (!stop.signal.aborted) await allWritten();
  process.exit(code);
} catch (error) {
  if (!(error instanceof InvalidLauncherConfig)) throw error;
  terminal.err(`holdpoint: the environment is not right\n${error.message}`);
  process.exit(78);
}
