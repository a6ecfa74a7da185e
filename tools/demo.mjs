// `npm run demo [-- --calls FILE]`: installs, builds, and replays tool calls through the system.
import { orExit, prepare } from './prepare.mjs';

await orExit(prepare({ quiet: true }));
process.argv.splice(2, 0, 'demo');
await import('../apps/cli/dist/main.js');
