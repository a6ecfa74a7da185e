// `npm run bench [-- --quick] [-- --json FILE]`: installs, builds, and measures the whole way of a call.
import { orExit, prepare } from './prepare.mjs';

await orExit(prepare({ quiet: true }));
await import('../apps/bench/dist/main.js');
