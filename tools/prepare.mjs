// What every command of this repository needs first: installed dependencies and a build. Node built-ins only.
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = `${root}node_modules/.holdpoint-installed`;
const nx = `${root}node_modules/nx/dist/bin/nx.js`;

/** Installs what the lock file names, unless that was done already, and builds. A signal ends the step and the process. */
export async function prepare({ quiet = false } = {}) {
  requireNode();
  await install();
  await runNx(['run-many', '-t', 'build', '--output-style=static'], { quiet });
}

export async function install() {
  const wanted = createHash('sha256').update(readFileSync(`${root}package-lock.json`)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.error('Installing dependencies …');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  await run(...(npm ? [process.execPath, [npm, ...args]] : ['npm', args]), {});
  writeFileSync(stamp, wanted);
}

/** nx without its daemon: nothing stays behind when the command ends. */
export async function runNx(args, { quiet = false, env = {} } = {}) {
  await run(process.execPath, [nx, ...args], { quiet, env: { NX_DAEMON: 'false', NX_TUI: 'false', ...env } });
}

/** Runs one command; what a quiet one wrote is shown only when it fails. */
export function run(command, args, { quiet = false, env = {} }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'] });
    const kept = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => kept.push(chunk));
    const stop = (signal) => {
      child.kill(signal);
      child.once('close', () => process.exit(0));
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      if (code === 0) return resolve();
      process.stderr.write(Buffer.concat(kept));
      reject(new Error(`\`${[command, ...args].map((word) => word.replace(root, '')).join(' ')}\` failed (exit ${code})`));
    });
  });
}

/** Ends the process with one sentence when a step has failed. */
export async function orExit(work) {
  try {
    await work;
  } catch (error) {
    console.error(`holdpoint: ${error.message}`);
    process.exit(1);
  }
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`holdpoint: Node ${process.versions.node} is too old; 20.19 or newer is needed`);
  process.exit(1);
}
