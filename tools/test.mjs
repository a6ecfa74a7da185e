// `npm test`: installs, builds, checks types, style and boundaries, and runs every test; starts what the tests need and cleans up.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkCanary } from './boundary-canary.mjs';
import { install, runNx } from './prepare.mjs';

const counts = mkdtempSync(join(tmpdir(), 'holdpoint-test-counts-'));
let failure;
try {
  await install();
  await runNx(['run-many', '-t', 'build', 'typecheck', 'lint', '--parallel=2', '--output-style=static']);
  await checkCanary();
  const env = { HOLDPOINT_TEST_COUNTS: counts };
  await runNx(['run-many', '-t', 'test', '--exclude=@holdpoint/system-tests', '--parallel=2', '--output-style=static'], { env });
  // The whole system on its own: a dozen processes need the machine for themselves.
  await runNx(['run', '@holdpoint/system-tests:test', '--output-style=static'], { env });
} catch (error) {
  failure = error;
}
const totals = { passed: 0, failed: 0, skipped: 0 };
for (const file of readdirSync(counts)) {
  const run = JSON.parse(readFileSync(join(counts, file), 'utf8'));
  for (const name of Object.keys(totals)) totals[name] += run[name];
}
rmSync(counts, { recursive: true, force: true });
if (failure) console.error(`\nholdpoint: ${failure.message}`);
console.log(`\n${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`);
process.exit(failure || totals.failed > 0 || totals.passed === 0 ? 1 : 0);
