#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { demo } from './demo/demo.ts';
import { InvalidLauncherConfig } from './up/config.ts';
import { up, type Terminal } from './up/up.ts';

const usage = `holdpoint <command>

  up                     run the whole system on this machine (what \`npm start\` does)
  demo [--calls FILE]    replay tool calls through it, approve and reject as a person would, and show the account
                         FILE: JSON lines {id, tool, arguments}; without it, a sample that ships with Holdpoint
                         HOLDPOINT_URL and HOLDPOINT_KEY name a running system; without them one is started for the demo
`;

const root = fileURLToPath(new URL('../../..', import.meta.url));
const terminal: Terminal = { out: (line) => process.stdout.write(`${line}\n`), err: (line) => process.stderr.write(`${line}\n`) };

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());

async function main([command, ...args]: readonly string[]): Promise<number> {
  const context = { root, env: process.env, terminal, stop: stop.signal };
  switch (command) {
    case 'up':
      return up(context);
    case 'demo':
      return demo({ ...context, args });
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
