#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { InvalidLauncherConfig } from './up/config.ts';
import type { Terminal } from './up/up.ts';

const usage = `holdpoint <command>

  up                     run the whole system on this machine (what \`npm start\` does)
  demo [--calls FILE]    replay tool calls through it, approve and reject as a person would, and show the account
                         FILE: JSON lines {id, tool, arguments}; without it, a sample that ships with Holdpoint
                         HOLDPOINT_URL and HOLDPOINT_KEY name a running system; without them one is started for the demo
  scan                   read tool calls and tool outputs from standard input, JSON lines {id, kind: call, tool, arguments} or {id, kind: output, text},
                         and write {id, risk_score, threats_detected} for each; nothing else is started or asked
  db check [--json]      look at the database of a system: versions, rights, partitions, invariants; changes nothing
                         DATABASE_ADMIN_URL and HOLDPOINT_DATABASE name it; without them it is the one that \`npm start\` runs
`;

const root = fileURLToPath(new URL('../../..', import.meta.url));
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
      return (await import('./scan/scan-standard-input.ts')).scanStandardInput(context, args);
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
