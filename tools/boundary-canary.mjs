// A rule that cannot fail is no rule: puts forbidden code into a domain lib for a moment and wants lint to name every offence.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { root } from './prepare.mjs';

const folder = `${root}libs/approval/src/`;
const canaries = {
  'canary-outward.ts': "import { readFileSync } from 'node:fs';\nimport { Messaging } from '@holdpoint/messaging';\nexport const at = [Date.now(), Math.random(), readFileSync, Messaging];\n",
  'canary-cycle.ts': "import { other } from './canary-cycle-other.ts';\nexport const one = (): unknown => other;\n",
  'canary-cycle-other.ts': "import { one } from './canary-cycle.ts';\nexport const other = (): unknown => one;\n",
};
const wanted = ['@nx/enforce-module-boundaries', 'no-restricted-imports', 'no-restricted-properties', 'import-x/no-cycle'];

export async function checkCanary() {
  try {
    for (const [name, code] of Object.entries(canaries)) writeFileSync(folder + name, code);
    const { status, stdout, stderr } = spawnSync(process.execPath, [`${root}node_modules/nx/dist/bin/nx.js`, 'run', '@holdpoint/approval:lint', '--skip-nx-cache', '--output-style=static'], {
      cwd: root,
      env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' },
      encoding: 'utf8',
    });
    const missing = wanted.filter((rule) => !stdout.includes(rule));
    if (status === 0 || missing.length > 0) throw new Error(`lint let forbidden code pass (${missing.join(', ') || 'exit 0'}):\n${stdout}${stderr}`);
    console.log(`Canary: lint names ${wanted.join(', ')}.`);
  } finally {
    for (const name of Object.keys(canaries)) rmSync(folder + name, { force: true });
  }
}
