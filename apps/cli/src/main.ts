#!/usr/bin/env node
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { askPerson } from './command/ask-person.ts';
import { onStandardStreams } from './json-lines/standard-streams.ts';
import { InvalidLauncherConfig } from './up/config.ts';
import type { Terminal } from './up/up.ts';

const usage = `holdpoint <command>

  up                     run the whole system on this machine (what \`npm start\` does)
  demo [--calls FILE]    replay tool calls through it, approve and reject as a person would, and show the account
                         FILE: JSON lines {id, tool, arguments}; without it, a sample that ships with Holdpoint
                         HOLDPOINT_URL and HOLDPOINT_KEY name a running system; without them one is started for the demo
  scan                   read tool calls and tool outputs from standard input, JSON lines {id, kind: call, tool, arguments} or {id, kind: output, text},
                         and write {id, risk_score, threats_detected} for each; nothing else is started or asked
  decide --policies FILE judge tool calls from standard input by a file of policies, offline, one decision a line
  db check [--json]      look at the database of a system: versions, rights, partitions, invariants; changes nothing
                         DATABASE_ADMIN_URL and HOLDPOINT_DATABASE name it; without them it is the one that \`npm start\` runs
`;

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** npm runs commands in the repository's folder and says where it was called. */
const pathOf = (name: string): string => resolve(process.env['INIT_CWD'] ?? '.', name);
const terminal: Terminal = { out: (line) => process.stdout.write(`${line}\n`), err: (line) => process.stderr.write(`${line}\n`) };

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());

async function main([command, ...args]: readonly string[]): Promise<number> {
  const context = { root, env: process.env, terminal, stop: stop.signal };
  // Each command loads what it needs: where only services are installed there is no local stack.
  switch (command) {
    case 'up':
      return (await import('./up/up.ts')).up(context);
    case 'demo':
      return (await import('./demo/demo.ts')).demo({ ...context, args });
    case 'scan':
      return onStandardStreams(stop.signal, async (streams) => (await import('./scan/scan.ts')).scan({ ...streams, args, err: terminal.err }));
    case 'decide':
      return onStandardStreams(stop.signal, async (streams) => (await import('./decide/decide.ts')).decide({ ...streams, args, err: terminal.err, now: Date.now, pathOf }));
    case 'policy':
      return (await import('./policies/policy.ts')).policy({ args, terminal, pathOf, env: process.env, ask: askPerson });
    case 'db':
      return (await import('./db/db.ts')).db({ ...context, args });
    case 'help':
    case '--help':
      terminal.out(usage);
      return 0;
    default:
      terminal.err(command === undefined ? usage : `holdpoint: no command \`${command}\`\n\n${usage}`);
      return 64;
  }
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof InvalidLauncherConfig)) throw error;
  terminal.err(`holdpoint: the environment is not right\n${error.message}`);
  process.exit(78);
}
