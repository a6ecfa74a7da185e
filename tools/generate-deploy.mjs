// `node tools/generate-deploy.mjs`: writes what containers need and the contracts determine. A test fails while the file is behind them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { orExit, prepare, root } from './prepare.mjs';

await orExit(prepare({ quiet: true }));
const { containerNatsConfig } = await import('../libs/local-stack/dist/index.js');
mkdirSync(`${root}deploy/nats`, { recursive: true });
writeFileSync(`${root}deploy/nats/nats.conf`, containerNatsConfig());
console.log('Wrote deploy/nats/nats.conf.');
