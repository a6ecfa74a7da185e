// `npm run bench:scan`: installs, builds, and measures what a scan costs.
import { install, orExit, runNx } from './prepare.mjs';

await orExit(install().then(() => runNx(['run', '@holdpoint/bench:build', '--output-style=static'], { quiet: true })));
await import('../apps/bench/dist/scan.main.js');
