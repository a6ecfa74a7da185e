// `npm run faults [-- --minutes N] [-- --seed N] [-- --schedule NAME] [-- --keep] [-- --barrier]`: installs, builds, and runs the system
// under load and faults for as long as asked; then compares what was answered with what is kept (docs/operations/faults.md).
import { parseArgs } from 'node:util';
import { orExit, prepare, root, run } from './prepare.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    schedule: { type: 'string' },
    keep: { type: 'boolean', default: false },
    barrier: { type: 'boolean', default: false },
  },
});
for (const name of ['minutes', 'seed']) {
  if (Number(values[name]) > 0) continue;
  console.error(`holdpoint: --${name} must be a number above 0`);
  process.exit(64);
}
await orExit(prepare({ quiet: true }));
const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', `${root}node_modules/jest/bin/jest.js`, '--config', `${root}jest.config.mjs`, '--rootDir', `${root}apps/system-tests`];
const env = {
  HOLDPOINT_FAULTS_MINUTES: values.minutes,
  HOLDPOINT_FAULTS_SEED: values.seed,
  ...(values.schedule === undefined ? {} : { HOLDPOINT_FAULTS_SCHEDULE: values.schedule }),
  ...(values.keep ? { HOLDPOINT_FAULTS_KEEP: '1' } : {}),
};
await orExit(run(process.execPath, [...jest, values.barrier ? 'policy-barrier' : 'faults-under-load'], { env }));
