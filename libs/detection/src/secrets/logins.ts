import type { Analyser, PatternRule, Rule } from '../rule.ts';
import { fromBase64 } from './checksums.ts';
import { isStrongWord, isUnspeakable } from './password-strength.ts';
import { isPlaceholder, isTrivialPassword } from './placeholders.ts';
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
      if (isSchemaWord(password) || /^[*•.x]+$|^[<$%{]|…|\.\.\./i.test(password)) continue;
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

const passwordInWords: Rule = {
  id: 'secrets.password-in-words',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'a password told in a message',
  positive: { tool: 'send_email', arguments: { to: 'team@example.com', body: 'the wifi pw for guests: Tr0ub4dor&3x' } },
  nearMiss: { tool: 'send_email', arguments: { to: 'team@example.com', body: 'the pw for guests: ask Maria in the office' } },
};

/** `pw: x`, `creds: user / x`, `please use x`. */
const TO_PASSWORD =
  /(?:basic auth(?:entication)?(?: with| as|:)? [\w.@+-]{2,60}:|[ \n";]pw\b[^\n:=]{0,30}(?:[:=]| is )\s{0,2}|(?:(?:creds|credentials)(?: (?:for|you|to) [\w ]{2,20})?|log ?in with|login|user(?:name)?\/pass(?:word)?)(?: are| is)?\s{0,2}:?\s{0,4}[\w.@+-]{2,60}\s{0,2}[/:|]\s{0,2}|please use ["'`]?)(?=[^\s"'`,;:/]{8,60})/iy;
/** `Root login on the spare box until Friday: root / x`: the pair stands behind a colon or a dash, some words later. */
const TO_PAIR = /(?:wi-?fi|wlan|ssid|log[ -]?in|logon|sign[ -]?in|creds|credentials|access|zugang(?:sdaten)?|anmeldung|acceso|credenciales|identifiants?|accesso|credenziali)\b[^\n:]{0,60}?(?::|[-\u2013\u2014]|\b(?:is|are|ist|es))\s{1,3}["'`]?[\w.@+\\-]{2,60}["'`]?(?:\s{1,2}[/|\u2013-]\s{1,2}|[/|])["'`]?(?=[^\s"'`,;:/]{8,60})/iy;
const WORD = /[^\s"'`,;:/]{8,60}/y;

export const passwordsInWords: Analyser = {
  name: 'passwords in words',
  roles: ['prose', 'output', 'value', 'markup'],
  literals: ['\npw:', '\npw ', '"pw"', 'wifi', 'wi-fi', 'wlan', 'ssid', ' pw ', ' pw=', ';pw=', ' pw:', ' pw is', 'creds', 'credentials', 'log in', 'login', 'logon', 'sign in', 'zugang', 'anmeldung', 'acceso', 'credenciales', 'identifiant', 'accesso', 'credenziali', 'basic auth', 'user/pass', 'username/password', 'please use '],
  rules: [passwordInWords],
  analyse: ({ text, hits, budget, report }) => {
    let reached = 0;
    for (const hit of hits) {
      if (hit < reached) continue;
      budget.spend(100);
      const start = wordAfter(TO_PASSWORD, text, hit) || wordAfter(TO_PAIR, text, hit);
      if (start === 0) continue;
      WORD.lastIndex = start;
      const word = (WORD.exec(text)?.[0] ?? '').replace(/[.!?)]+$/, '');
      reached = start + word.length;
      if (isStrongWord(word)) report(passwordInWords, start, reached);
    }
  },
};

/** Where the word begins that an expression leads to; 0: it does not hold. */
function wordAfter(leading: RegExp, text: string, hit: number): number {
  leading.lastIndex = hit;
  return leading.test(text) ? leading.lastIndex : 0;
}

const secondFactor: PatternRule = {
  id: 'secrets.second-factor-seed',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'the seed of a second factor',
  positive: { output: `otpauth://totp/Example:maria?secret=${filler(32, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}&issuer=Example` },
  nearMiss: { output: 'otpauth://totp/Example:maria?secret=BASE32SECRET&issuer=Example' },
  source: 'github.com/google/google-authenticator/wiki/Key-Uri-Format',
  roles: ['prose', 'output', 'value', 'url', 'code', 'shell', 'markup'],
  literals: ['otpauth://'],
  pattern: /otpauth:\/\/[^\s"'?]{1,160}\?[^\s"'?]{0,60}?secret=[A-Z2-7]{16,128}/,
  before: 0,
  accepts: ([match]) => !isPlaceholder(match.slice(match.indexOf('secret=') + 7)) && /\d/.test(match),
};

const backupCodes: PatternRule = {
  id: 'secrets.backup-codes',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'backup codes of a second factor',
  positive: { output: 'Your backup codes:\n1. 4821-9930\n2. 7755-1042\n3. 1098-5521\n4. 6630-2217' },
  nearMiss: { output: 'Print your backup codes: they are shown once, on page 12' },
  roles: ['prose', 'output', 'value'],
  literals: ['backup codes', 'recovery codes'],
  pattern: /(?:backup|recovery) codes[^\n:]{0,40}:?\s{1,4}(?:(?:\d{1,2}[).]\s?|[-*]\s)?(?=[a-z -]{0,10}\d)[a-z0-9]{4,5}[- ]?[a-z0-9]{4,5}[\s,;]{1,3}){3}/i,
  before: 0,
  after: 160,
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
  decoded !== undefined && /^[\t\n\r\x20-\x7e]{6,}$/.test(decoded) && !isTrivialPassword(decoded.trim()) && !isPlaceholder(decoded) && /\d/.test(decoded);

const secondFactorSecret: PatternRule = {
  id: 'secrets.second-factor-secret',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'the secret of a second factor, told by name',
  positive: { output: `TOTP secret for the admin: ${filler(32, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}` },
  nearMiss: { output: 'TOTP secret: shown once, in the form JBSWY3DPEHPK3PXP' },
  source: 'RFC 4648, section 6',
  roles: ['prose', 'output', 'value', 'code', 'markup'],
  literals: ['totp', 'mfa seed', 'mfa secret', 'otp seed', 'otp secret', '2fa secret', '2fa key', '2fa seed', 'two-factor secret', 'authenticator secret', 'authenticator key', 'setup key'],
  pattern: /(?:totp|mfa|otp|2fa|two-factor|authenticator|setup)[ _-]{0,3}(?:secret|seed|key|setup key|code)?[^\n:=]{0,30}[:= ]{1,3}["']?([A-Z2-7]{4}(?:[ -]?[A-Z2-7]{4}){3,15}|[A-Z2-7]{16,64}|(?:[a-z2-7]{4} ){3,15}[a-z2-7]{4})(?![A-Za-z0-9])/i,
  before: 2,
  after: 160,
  accepts: ([, seed = '']) => /[2-7]/.test(seed) && (/^[A-Z2-7 -]+$/.test(seed) || /^(?:[a-z2-7]{4} ){3}/.test(seed)) && !isPlaceholder(seed) && !/JBSWY3DPEHPK3PXP$/.test(seed),
};

const appPassword: PatternRule = {
  id: 'secrets.app-password',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'the password of an application at Google, Apple or WordPress: groups of four letters',
  positive: { output: ['gmail app password for the printer: qkzw', 'bnrt', 'xvpl', 'mzqd'].join(' ') },
  nearMiss: { output: 'an app password looks like abcd efgh ijkl mnop' },
  source: 'support.google.com/accounts/answer/185833',
  roles: ['prose', 'output', 'value', 'code', 'shell', 'markup'],
  literals: ['app password', 'app-password', 'app_password', 'apppassword', 'application password', 'app-specific', 'apple_password', 'app passwort', 'app-passwort'],
  pattern: /(?:app(?:lication|le)?[ _-]?(?:specific )?passwor[dt]|app-specific password)[^\n:=]{0,40}[:= ]{1,3}["']?([A-Za-z0-9]{4}(?:([ -])[A-Za-z0-9]{4})(?:\2[A-Za-z0-9]{4}){2,4})(?![A-Za-z0-9])/i,
  before: 2,
  after: 120,
  accepts: ([, password = '']) => !isPlaceholder(password) && !isPlaceholder(password.replace(/[ -]/g, '')) && isUnspeakable(password.replace(/[ -]/g, '')) && !/abcd/i.test(password),
};

export const loginRules: readonly PatternRule[] = [secondFactorSecret, appPassword, secondFactor, backupCodes, kubernetesSecret];
