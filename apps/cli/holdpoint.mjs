#!/usr/bin/env node
// The command as npm links it: npm links only what is there when it installs, which is before anything is built.
import { existsSync } from 'node:fs';

const program = new URL('dist/main.js', import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  process.stderr.write('holdpoint: not built yet: `npm run build`, or start it once\n');
  process.exitCode = 1;
}
