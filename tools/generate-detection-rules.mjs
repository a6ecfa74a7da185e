// `node tools/generate-detection-rules.mjs`: writes the page of all detection rules. A test fails while the page is behind them.
import { writeFileSync } from 'node:fs';
import { orExit, prepare, root } from './prepare.mjs';

await orExit(prepare({ quiet: true }));
const { rulesPage } = await import('../apps/cli/dist/scan/rules-page.js');
writeFileSync(`${root}docs/detection-rules.md`, rulesPage());
console.log('Wrote docs/detection-rules.md.');
