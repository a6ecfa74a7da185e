// `node deploy/make-env.mjs [FILE]`: writes .env from .env.example, with a new secret for every variable that compose cannot do without.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const example = new URL('../.env.example', import.meta.url);
const target = process.argv[2] ?? fileURLToPath(new URL('../.env', import.meta.url));

/** An account key as NATS spells it (nkeys): a prefix, the key's 32 bytes, CRC-16 (XMODEM), in base32. */
function accountKey() {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const spelled = (prefix, key) => {
    const body = Buffer.concat([Buffer.from(prefix), Buffer.from(key, 'base64url')]);
    let crc = 0;
    for (const byte of body) {
      crc ^= byte << 8;
      for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
    }
    const bits = [...body, crc & 0xff, crc >> 8].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    return bits.match(/.{1,5}/g).map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
  };
  return { seed: spelled([18 << 3, 0], d), publicKey: spelled([0], x) };
}
const issuer = accountKey();

const made = {
  HOLDPOINT_NATS_ISSUER_SEED: () => issuer.seed,
  NATS_ISSUER: () => issuer.publicKey,
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
