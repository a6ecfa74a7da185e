// `node deploy/make-env.mjs [FILE]`: writes .env from .env.example, with a new secret for every variable that compose cannot do without.
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const example = new URL('../.env.example', import.meta.url);
const target = process.argv[2] ?? fileURLToPath(new URL('../.env', import.meta.url));

const made = {
  HOLDPOINT_ADMIN_KEY: () => `hp_sk_${randomBytes(6).toString('hex')}_${randomBytes(32).toString('base64url')}`,
  HOLDPOINT_SECRET_KEY: () => randomBytes(32).toString('base64'),
};
/** Letters and digits only: passwords stand in addresses and in configuration files. */
const password = () => randomBytes(24).toString('hex');

const text = readFileSync(example, 'utf8').replace(/^([A-Z][A-Z0-9_]*)=$/gm, (_line, name) => `${name}=${(made[name] ?? password)()}`);
try {
  writeFileSync(target, text, { mode: 0o600, flag: 'wx' });
  console.log(`Wrote ${target}. The first admin key is its HOLDPOINT_ADMIN_KEY.`);
} catch (error) {
  if (error.code !== 'EEXIST') throw error;
  console.error(`holdpoint: ${target} exists already; its secrets are in use, so it is left as it is`);
  process.exitCode = 1;
}
