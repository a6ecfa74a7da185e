// Runs nx from the workspace root, without its daemon: nothing stays behind when the command ends.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const nx = fileURLToPath(new URL('../node_modules/nx/dist/bin/nx.js', import.meta.url));
const { status } = spawnSync(process.execPath, [nx, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit', env: { ...process.env, NX_DAEMON: 'false' } });
process.exit(status ?? 1);
