// Runs nx from the workspace root: `node tools/nx.mjs run-many -t lint`.
import { install, orExit, runNx } from './prepare.mjs';

await orExit(install().then(() => runNx(process.argv.slice(2))));
