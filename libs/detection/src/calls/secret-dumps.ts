import { call, ruleOf } from '../platform/examples.ts';
import type { CallAnalyser, ViewedCall } from '../rule.ts';
import { words } from '../tool-reading.ts';
import { partsOf } from './parts.ts';

const secretsDumped = ruleOf(
  'calls.secrets-dumped', 'sensitive_file_access', 'high', 'a call that reads all secrets, passwords or keys of a store at once, with their values', call('vault_export_secrets', { mount: 'kv', decrypt: true }),
  call('vault_list_secrets', { mount: 'kv' }), 'MITRE ATT&CK T1555, T1552',
);

const SECRETS = /(?:^|_)(?:secrets?|secrets_?manager|credentials?|passwords?|passwd|keychain|vault|key_?vault|password_manager|api_keys|access_keys|private_keys|keystore|logins|onepassword|bitwarden|lastpass|kubeconfig|param(?:eter)?_store)(?:_|$)/;
const TAKES = /(?:^|_)(?:get|list|read|fetch|export|dump|download|show|reveal|decrypt|retrieve|extract|backup|search|describe)(?:_|$)/;
const ALL = /(?:^|_)(?:all|everything|every|bulk|batch|dump|export|entire)(?:_|$)/;
const NAMES_ONLY = /(?:^|_)(?:metadata|names?|ids?|count|versions?|policy|policies|status|expiry|rotation|types?)$/;
const VALUES = /^(?:(?:include|with|show|return|reveal|export|fetch)_(?:secret_?)?(?:values?|plaintext|decryption|passwords?|secrets?|data|cleartext)|decrypt(?:ed)?|plaintext|unmask(?:ed)?|reveal|with_decryption|include_secret_values|raw_values)$/;

/** One secret by its name is a day's work; all of them are not. */
export const secretDumps: CallAnalyser = {
  name: 'calls.secret-dumps',
  rules: [secretsDumped],
  analyse({ tool, arguments: given, budget, report }: ViewedCall) {
    const name = words(tool);
    if (!SECRETS.test(name) || !TAKES.test(name) || NAMES_ONLY.test(name)) return;
    const parts = partsOf(given);
    budget.spend(20 + 10 * parts.length);
    const values = parts.some(({ field, value }) => value === true && VALUES.test(field));
    const everything = ALL.test(name) || parts.some(({ field, value }) => (value === true && /^(?:all|everything|recursive)$/.test(field)) || (typeof value === 'string' && /^(?:\*{1,2}|all|\/\*{0,2})$/i.test(value)));
    const listed = /(?:^|_)list(?:_|$)/.test(name);
    if ((everything && (values || /(?:^|_)(?:export|dump|decrypt|reveal)(?:_|$)/.test(name) || !listed)) || (values && (listed || /(?:^|_)(?:search|export|dump)(?:_|$)/.test(name)))) report(secretsDumped);
  },
};
