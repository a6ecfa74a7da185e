// Leaves the counts of one jest run where `npm test` adds them up.
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export default class Counts {
  onRunComplete(_contexts, results) {
    const folder = process.env.HOLDPOINT_TEST_COUNTS;
    if (!folder) return;
    const failedToRun = results.numRuntimeErrorTestSuites;
    const counts = { passed: results.numPassedTests, failed: results.numFailedTests + failedToRun, skipped: results.numPendingTests + results.numTodoTests };
    writeFileSync(join(folder, `${randomUUID()}.json`), JSON.stringify(counts));
  }
}
