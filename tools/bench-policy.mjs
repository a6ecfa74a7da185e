// `npm run bench:policy`: installs, builds, and measures what a verdict costs.
import { install, orExit, runNx } from './prepare.mjs';

await orExit(install().then(() => runNx(['run', '@holdpoint/bench:build', '--output-style=static'], { quiet: true })));
await import('../apps/bench/dist/policy.main.js');
