// `npm start`: installs, builds, and runs the whole system in this very process, so that signals reach it.
import { orExit, prepare } from './prepare.mjs';

await orExit(prepare({ quiet: true }));
process.argv.splice(2, Infinity, 'up');
await import('../apps/cli/dist/main.js');
