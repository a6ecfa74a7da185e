import { parseApiKey } from '@holdpoint/contracts';
import { z } from 'zod';
import { readText } from '../documents/read-file.ts';

/** What `holdpoint policy pull`, `diff` and `push` read. An empty variable counts as absent. */
export const GuardPoliciesEnvironment = z.object({
  /** Goes before the next two, which are where `npm start` listens. */
  HOLDPOINT_URL: z.string().optional(),
  HOLDPOINT_HOST: z.string().default('127.0.0.1'),
  HOLDPOINT_PORT: z.string().default('8080'),
  HOLDPOINT_API_KEY: z.string().optional(),
  /** As the manual's examples have it; read where the other is not set. */
  HOLDPOINT_KEY: z.string().optional(),
});

export type Gateway = Readonly<{ url: string; key: string; guard: string }>;
type Given = Readonly<{ url?: string | undefined; guard?: string | undefined; keyFile?: string | undefined; env: Readonly<Record<string, string | undefined>>; pathOf: (name: string) => string }>;

/** Where the guard is and who asks, or in one sentence why that is not known. INVARIANT: no problem holds a key. */
export function gatewayOf({ url, guard = 'default', keyFile, env, pathOf }: Given): Gateway | Readonly<{ problem: string }> {
  const read = GuardPoliciesEnvironment.parse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== '')));
  const host = read.HOLDPOINT_HOST === '0.0.0.0' || read.HOLDPOINT_HOST === '::' ? '127.0.0.1' : read.HOLDPOINT_HOST;
  const address = readAddress(url ?? read.HOLDPOINT_URL ?? `http://${host.includes(':') ? `[${host}]` : host}:${read.HOLDPOINT_PORT}`);
  if (address === null) return { problem: 'the address of the gateway must be one such as http://127.0.0.1:8080, without a name or password in it' };
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(guard)) return { problem: 'a guard is called 1 to 63 of a-z, 0-9, `_`, `-`' };
  const source = keyFile === undefined ? { text: read.HOLDPOINT_API_KEY ?? read.HOLDPOINT_KEY ?? '' } : readText(pathOf(keyFile));
  if ('problem' in source) return { problem: `the key file ${keyFile ?? ''} ${source.problem}` };
  const key = source.text.trim();
  if (key === '') return { problem: keyFile === undefined ? 'no key: put one into HOLDPOINT_API_KEY, or a file that holds one behind --key-file' : `the key file ${keyFile} is empty` };
  if (parseApiKey(key) === null) return { problem: `what stands in ${keyFile ?? 'HOLDPOINT_API_KEY'} is no key of Holdpoint (hp_sk_…)` };
  return { url: address, key, guard };
}

/** Without a slash at its end; null: none that could be used. */
function readAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, username, password, href, search, hash } = new URL(text);
  if ((protocol !== 'http:' && protocol !== 'https:') || username !== '' || password !== '' || search !== '' || hash !== '') return null;
  return href.replace(/\/+$/, '');
}
