import type { Analyser, PatternRule, Rule } from '../rule.ts';
import { fromBase64 } from './checksums.ts';
import { isPlaceholder, isTrivialPassword } from './placeholders.ts';
import { looksRandom } from './randomness.ts';
import { filler } from './sample-keys.ts';

const savedLogin: Rule = {
  id: 'secrets.saved-login',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'a login: user name and password, for a site or a service that is named with them',
  positive: { tool: 'PasswordManagerSearch', output: '[{"website": "shop.example.com", "username": "maria", "password": "sunflower22"}]' },
  nearMiss: { tool: 'read_file', output: '{"username": "string", "password": "string", "website": "https://example.com"}' },
};

const FIELD = (names: string): RegExp => new RegExp(`["'<](?:${names})["'>]\\s{0,3}[:,]?\\s{0,3}["']?([^"'\\n<]{1,120})["'<]`, 'i');
const USER = FIELD('user|user_?name|login|e?-?mail|account|user_?id|benutzer');
const PASSWORD = /["'<](?:password|passwd|pass|pwd|passwort)["'>]\s{0,3}:?\s{0,3}(["']?)((?:(?!\1)[^\n<]){3,120})(?:\1|<)/iy;
const SITE = FIELD('web_?site|site|url|domain|service|app|application|title|portal|bank|name');

/** Records of password managers, credential dumps and exports: JSON, the like of Python, XML. */
export const savedLogins: Analyser = {
  name: 'saved logins',
  roles: ['output', 'prose', 'code', 'markup', 'value'],
  literals: ['"password"', "'password'", '<password>', '"passwd"', "'passwd'", '"pass"', '"pwd"', "'pwd'"],
  rules: [savedLogin],
  analyse: ({ text, hits, budget, report }) => {
    for (const hit of hits) {
      budget.spend(500);
      PASSWORD.lastIndex = hit;
      const match = PASSWORD.exec(text);
      const password = match?.[2];
      if (!match || password === undefined) continue;
      const [before, after] = recordAround(text, hit, PASSWORD.lastIndex);
      const record = `${before} ${after}`;
      const user = USER.exec(record)?.[1];
      if (user === undefined || isPlaceholder(user) || /^(?:string|text|user(?:name)?)$/i.test(user)) continue;
      const site = SITE.exec(record)?.[1];
      if (isSchemaWord(password) || /^[*•.x]+$|^[<$%{]|…/i.test(password)) continue;
      if (site === undefined ? isTrivialPassword(password) || isPlaceholder(password) || !/\d/.test(password) || password.length < 8 : isTrivialPassword(password) && password.length < 9) continue;
      if (/example\.(?:com|org)/i.test(user) && site === undefined) continue;
      const end = hit + match[0].lastIndexOf(password) + password.length;
      report(savedLogin, end - password.length, end);
    }
  },
};

/** The record that the password stands in, at most 200 characters to either side. */
function recordAround(text: string, start: number, end: number): readonly [string, string] {
  const before = text.slice(Math.max(0, start - 200), start);
  const after = text.slice(end, end + 200);
  const opening = before.lastIndexOf('{');
  const closing = after.indexOf('}');
  return [opening < 0 ? before : before.slice(opening), closing < 0 ? after : after.slice(0, closing)];
}

const isSchemaWord = (word: string): boolean => /^(?:string|text|str|required|optional|null|none|true|false|undefined|password|your ?password|secret|integer|any)$/i.test(word);

/** Words that hand over a password in a sentence, in several languages. */
export const passwordInProse: PatternRule = {
  id: 'secrets.password-in-words',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'a password, PIN or code told in a message',
  positive: { tool: 'send_email', arguments: { to: 'team@example.com', body: 'the wifi pw for guests: Tr0ub4dor&3x' } },
  nearMiss: { tool: 'send_email', arguments: { to: 'team@example.com', body: 'the pw for guests: ask Maria in the office' } },
  roles: ['prose', 'output', 'value'],
  literals: [' pw ', ' pw:', ' pw is', 'pw for', 'creds', 'credentials', 'log in with', 'login with', 'login:', 'user/pass', 'username/password', '2fa', 'backup code', 'recovery code', 'please use '],
  pattern:
    /(?:\bpw\b[^\n:=]{0,30}(?:[:=]| is )\s{0,2}|(?:(?:creds|credentials)(?: (?!are)[\w ]{2,30})?|log ?in with|login|(?:user(?:name)?\/pass(?:word)?))(?: are| is)?\s{0,2}:?\s{0,4}[\w.@+-]{2,60}\s{0,2}[/:|]\s{0,2}|please use ["'`]?)(?<password>[^\s"'`,;:/]{8,60})/i,
  accepts: (match) => isStrongWord((match.groups?.['password'] ?? '').replace(/[.!?)]+$/, '')),
};

/** Mixed enough that no sentence, name, version or date has it. */
function isStrongWord(word: string): boolean {
  if (isPlaceholder(word) || isTrivialPassword(word) || /^[\w.+-]+@[\w-]+\.|^\d[\d.:-]*$|^v?\d+\.\d/.test(word)) return false;
  return /\d/.test(word) && /[a-z]/.test(word) && /[A-Z]/.test(word) && (/[^A-Za-z0-9.]/.test(word) || looksRandom(word) || /[a-z]\d[a-zA-Z]|\d[a-z]+\d/.test(word));
}

const backupCodes: PatternRule = {
  id: 'secrets.backup-codes',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'backup codes of a second factor, or its seed',
  positive: { output: `otpauth://totp/Example:maria?secret=${filler(32, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}&issuer=Example` },
  nearMiss: { output: 'otpauth://totp/Example:maria?secret=BASE32SECRET&issuer=Example' },
  source: 'github.com/google/google-authenticator/wiki/Key-Uri-Format',
  roles: ['prose', 'output', 'value', 'url', 'code', 'shell', 'markup'],
  literals: ['otpauth://', 'backup codes', 'recovery codes'],
  pattern: /otpauth:\/\/[^\s"']{1,200}?secret=[A-Z2-7]{16,128}|(?:backup|recovery) codes?[^\n:]{0,40}:?\s{1,4}(?:[\d).\s-]{0,4}[a-z0-9]{4,5}[- ]?[a-z0-9]{4,5}[\s,;]{1,4}){3,16}/i,
  accepts: ([match]) => !isPlaceholder(match.slice(match.search(/secret=/i) + 7)) && /\d/.test(match),
};

/** Values of a Kubernetes secret are Base64, which hides nothing. */
const kubernetesSecret: PatternRule = {
  id: 'secrets.kubernetes-secret',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'a Kubernetes secret with its data',
  positive: { output: 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  password: djhLcTJMbVowcA==\n' },
  nearMiss: { output: 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  password: <base64>\n' },
  roles: ['prose', 'output', 'code', 'shell'],
  literals: ['kind: secret', '"kind": "secret"', '"kind":"secret"'],
  pattern: /(?:["']?data["']?\s{0,2}:\s{0,4}\{?)(?:\s{1,12}["']?[\w.-]{1,80}["']?:\s{0,2}["']?[A-Za-z0-9+/]{8,4000}={0,2}["']?,?){1,20}/,
  before: 600,
  after: 900,
  accepts: ([match]) => [...match.matchAll(/:\s{0,2}["']?([A-Za-z0-9+/]{8,400}={0,2})/g)].some(([, value]) => isDecodedSecret(fromBase64(value ?? ''))),
};

const isDecodedSecret = (decoded: string | undefined): boolean =>
  decoded !== undefined && /^[\x09\x0a\x0d\x20-\x7e]{6,}$/.test(decoded) && !isTrivialPassword(decoded.trim()) && !isPlaceholder(decoded) && /\d/.test(decoded);

export const loginRules: readonly PatternRule[] = [passwordInProse, backupCodes, kubernetesSecret];
