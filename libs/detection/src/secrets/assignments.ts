import type { Role } from '../place.ts';
import { ROLES } from '../place.ts';
import { remembering } from '../remembering.ts';
import type { Analyser, Rule, View } from '../rule.ts';
import { isMadeOfWords, isStrongWord, isUnspeakable, kindsIn } from './password-strength.ts';
import { isPlaceholder, isTrivialPassword } from './placeholders.ts';
import { isUuid, isWordy, looksRandom } from './randomness.ts';
import { filler, HEX } from './sample-keys.ts';

const rule = (id: string, severity: Rule['severity'], sees: string, positive: string, harmless: string): Rule => ({
  id: `secrets.${id}`,
  type: 'credential_exposure',
  severity,
  sees,
  positive: { output: positive },
  nearMiss: { output: harmless },
});

const assignedSecret = rule(
  'assigned-secret',
  'high',
  'a key, token or secret given by name, with a value that looks drawn at random',
  ['api_', `secret=${filler(40, HEX)}`].join(''),
  `api_secret=\${API_SECRET}\nsecret_name = "orders/production/api"\nnext_token: "${filler(40, HEX)}"`,
);
const awsSecret = rule(
  'aws-secret-key',
  'critical',
  'an AWS secret access key',
  ['aws_secret_', `access_key = ${filler(40)}`].join(''),
  'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
);
const assignedUuid = rule(
  'assigned-uuid',
  'medium',
  'a key or token given by name whose value is a UUID',
  'service_api_key=6f1c2b7e-93aa-4c1d-8e57-0b2f4d6a9c31',
  'request_id=6f1c2b7e-93aa-4c1d-8e57-0b2f4d6a9c31',
);
const assignedPassword = rule('assigned-password', 'high', 'a password given by name', 'DB_PASSWORD=v8Kq!2LmZ0p', 'password: "********"\nDB_PASSWORD=changeme\npassword = getPassword()');
const assignedWeakPassword = rule('assigned-weak-password', 'medium', 'what may be a password given by name', 'password: "sunflowers"', 'password: string');

/** Where names of secrets have their stem. */
const LITERALS = ['passw', 'pwd', 'passphrase', 'passcode', '_pass', ' pass:', ' pass=', '\npass:', '\npass=', 'secret', 'token', '_key', 'apikey', 'api-key', 'api key', 'accesskey', 'access-key', 'privatekey', 'credential', 'kennwort', 'contraseña', 'mot de passe', 'senha', '-key', 'psk', 'sharedkey', 'authkey', 'licensekey', 'license key', 'signingkey', 'masterkey', 'accountkey', 'encryptionkey', 'rediscli_auth', 'admin key', 'hmac key', 'signing key', 'encryption key', 'master key', 'access key', 'account key', 'auth key', 'storage key', 'server key', 'webhook key', 'write key', 'subscription key', 'bindpw', 'bind_pw', 'rootpw'];

const NOT_A_SECRET =
  /(?:^|_)(?:next|page|paging|continuation|cursor|csrf|xsrf|cancel\w*|sync|max|min|num|count|total|prompt|completion|input|output|reasoning|cached|stop|eos|bos|pad|unk|mask|sep|public|publishable|primary|foreign|cache|sort|partition|object|idempotency|row|i18n|translation|route|query|search|lookup|map|dict|host|ssh|gpg|pgp|known|signature|verify|verification|hot|short|arrow|press|on)_?(?:token|key|secret|password)s?$|(?:tokens|secrets|passwords|credentials|keys)$|(?:token|secret|password|passwd|pwd|passphrase|passcode|key|credential)s?_?(?:name|names|id|ids|arn|path|paths|file|files|ref|refs|version|url|uri|endpoint|type|types|count|limit|length|len|size|expir\w*|ttl|lifetime|age|hash|hashed|digest|hint|policy|field|input|reset|changed?|updated|label|title|text|placeholder|regex|pattern|error|message|format|header|param|prefix|suffix|usage|algorithm|alg|scopes?|issuer|audience|provider|manager|store|vault|engine|rotation|required|enabled|valid\w*|exists|set|is_set|env|var|variable|index|board|code_challenge|pair|word|words|ring|frames?|map|ize\w*|iz\w+|confirm\w*|encod\w+)$/;
const PASSWORD_NAME = /passw(?:or[dt]|d)?|pwd|passphrase|passcode|_pass$|^pass$|kennwort|contraseña|passe|senha|(?:^|_)psk$|pre_?shared_key|rediscli_auth|(?:bind|root)_?pw$/;
const KEY_NAME = /secret|token|api_?key|access_?key|private_?key|(?:encrypt\w*|signing|master|session|auth|service|account|pre_?shared|registration|deploy_?token|connection|site|install|tailscale|developer|dev|rest|partner|merchant|store|vault|unseal|recovery|license|app|application|client|server|storage|shared|subscription|integration|webhook|jwt|hmac|crypto|data|root|admin|user|ingest|write|read)_?key|credential|_key$/;

const isNameCharacter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95 || code === 45 || code === 46 || code > 191;

/** Everywhere but in a field made for secrets: a password there is where it belongs. */
const roles: readonly Role[] = ROLES.filter((role) => role !== 'secret' && role !== 'address');

export const assignments: Analyser = {
  name: 'assignments',
  roles,
  literals: LITERALS,
  rules: [assignedSecret, awsSecret, assignedUuid, assignedPassword, assignedWeakPassword],
  analyse: (view) => {
    let reached = 0;
    for (const hit of view.hits) if (hit >= reached) reached = readAssignment(view, hit);
  },
};

const MAX_NAME = 48;
const KEY_WORDS = ['api', 'admin', 'hmac', 'signing', 'encryption', 'master', 'access', 'account', 'auth', 'storage', 'server', 'webhook', 'license', 'ingest', 'write', 'subscription'];
const NAME_WITH_BLANKS = new RegExp(`^(?:(?:${KEY_WORDS.join('|')}) key|mot de passe)`, 'i');
/** From the end of the name to the value: quotes, blanks, an operator, quotes. JSON within JSON escapes its quotes. */
const OPERATOR = /(?:\\?["'`])?\]?(?:\s{1,3}value\s?=\s?|(?:\s{0,2},\s{0,24}|\s{1,24})\\?["']?[a-z]{0,12}_?value\\?["']?\s?[:=]\s{0,3}|\s{0,2}<\/key>\s{0,24}<string>|\s{0,2}<\/(?:name|key)>\s{0,24}<value>|\s{0,3}(?::=|=>|={1,3}|:)\s{0,4}|[ ]{0,1}(?:is|was|ist|es|est|c['’]est|lautet|to)(?: now)?:? |>|(?<=["'`])\s{0,2},\s{0,3})(?:\\?["'`]|[bfru]["'])?/iy;
/** `--password v8Kq`, `login x password y` of a `.netrc`, and `define('DB_PASSWORD', 'x')` above. */
const ARGUMENT = /["']?\s{1,3}(?:\\?["'`])?/y;
const LONG_VALUE = / ['"`]?(?=[A-Za-z0-9+/=_-]{20,300}(?![\w.(/]))(?=[A-Za-z]{0,40}\d)/y;

function readAssignment(view: View, hit: number): number {
  const { text, budget } = view;
  let start = text.charAt(hit) === ' ' || text.charAt(hit) === '\n' ? hit + 1 : hit;
  while (start > 0 && hit - start < MAX_NAME && isNameCharacter(text.charCodeAt(start - 1))) start -= 1;
  // Names with blanks in them.
  let end = Math.max(start, hit + (NAME_WITH_BLANKS.exec(text.slice(hit, hit + 20))?.[0].length ?? 0));
  while (end < text.length && end - hit < MAX_NAME && isNameCharacter(text.charCodeAt(end))) end += 1;
  budget.spend(end - start + 32);
  const operator = operatorAt(text, start, end);
  const name = text.slice(start, end);
  const kind = kindOf(name);
  if (kind === 'other') return end;
  if (operator === 0) return readSaid(view, kind, end);
  const quote = /["'`]/.test(text.charAt(operator - 1)) ? text.charAt(operator - 1) : '';
  const operand = /^base64:/.test(text.slice(operator, operator + 7)) ? operator + 7 : operator;
  // `?token=x&logo=y`, wherever an URL stands.
  const value = valueAt(text, operand, quote, /[?&]/.test(text.charAt(start - 1)) ? 'url' : view.place.role);
  budget.spend(value.length);
  const found = judge({ name: wordsOf(name), isPassword: kind === 'password', value, quoted: quote !== '', prose: text.slice(end, operator).trim() === '' ? false : /[a-z]/i.test(text.slice(end, operator)) }, text, operand);
  // The dearest question last.
  if (!found || isPlaceholder(value)) return end;
  view.report(found, operand, operand + value.length);
  return operand + value.length;
}

/** `the admin account with password x`, and `the api token for the dns bot: x`: what stands there can be nothing else. */
function readSaid({ text, place: { role }, budget, report }: View, kind: NameKind, end: number): number {
  // `storePassword 'x'` of a build script: in code only what stands in quotes.
  const said = SAYING.has(role) ? (kind === 'password' ? SAID_PASSWORD : SAID_KEY) : role === 'code' && kind === 'password' ? QUOTED_PASSWORD : undefined;
  if (!said) return end;
  said.lastIndex = end;
  const value = said.exec(text)?.[1];
  if (value === undefined) return end;
  budget.spend(value.length + 40);
  const found = kind === 'password' ? (isStrongWord(value) ? assignedPassword : undefined) : looksRandom(value) && kindsIn(value) >= 3 && !isPlaceholder(value) ? assignedSecret : undefined;
  if (!found) return end;
  report(found, said.lastIndex - value.length, said.lastIndex);
  return said.lastIndex;
}
const SAYING: ReadonlySet<Role> = new Set(['prose', 'output', 'value', 'markup']);
const QUOTED_PASSWORD = / {1,3}["']([^\s"'`,;:(){}<>|\\]{8,60})(?=["'])/y;
const SAID_PASSWORD = / {1,3}["'`]?([^\s"'`,;:(){}<>|\\]{7,60}[^\s"'`,;:(){}<>|\\.!?])/y;
const SAID_KEY = / [^\n:=]{2,40}[:=]\s{1,2}["'`]?([A-Za-z0-9+/=_-]{24,300})(?![\w.(/])/y;

type NameKind = 'password' | 'key' | 'other';
const MAX_REMEMBERED = 2_048;
/** Names come back again and again. */
const kindOf = remembering(MAX_REMEMBERED, 2 * MAX_NAME, (name): NameKind => {
  const inWords = wordsOf(name);
  return NOT_A_SECRET.test(inWords) ? 'other' : PASSWORD_NAME.test(inWords) ? 'password' : KEY_NAME.test(inWords) ? 'key' : 'other';
});

/** Where the value begins; 0 if nothing is assigned. */
function operatorAt(text: string, start: number, end: number): number {
  OPERATOR.lastIndex = end;
  if (OPERATOR.test(text)) return OPERATOR.lastIndex;
  const asArgument = text.startsWith('--', start) || text.startsWith('-p', start - 1) || /login \S{1,80}\s{1,3}$/.test(text.slice(Math.max(0, start - 96), start));
  if (asArgument) {
    ARGUMENT.lastIndex = end;
    return ARGUMENT.test(text) ? ARGUMENT.lastIndex : 0;
  }
  // `the api key 9f86d0…`: what follows is long enough to be nothing else.
  LONG_VALUE.lastIndex = end;
  return LONG_VALUE.test(text) ? LONG_VALUE.lastIndex : 0;
}

/** `DB_PASSWORD`, `dbPassword`, `spring.db-password` -> `db_password`. */
const wordsOf = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z\d\u00c0-\uffff]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase();

const UNQUOTED = /[^\s"'`,;(){}<>|\\]{1,400}/y;
const OF_URL = /[^\s"'`,;(){}<>|\\&#]{1,400}/y;

function valueAt(text: string, at: number, quote: string, role: Role): string {
  if (quote !== '') {
    const close = text.indexOf(quote, at);
    const value = close < 0 || close - at > 400 ? text.slice(at, at + 401) : text.slice(at, close);
    return value.length > 400 || value.includes('\n') ? '' : value.replace(/\\$/, '');
  }
  const expression = role === 'url' ? OF_URL : UNQUOTED;
  expression.lastIndex = at;
  const value = expression.exec(text)?.[0] ?? '';
  // A call or an index follows: code.
  if (/[({[]/.test(text.charAt(at + value.length)) || value.includes('[')) return '';
  return value.replace(/[.,:;!?]+$/, '');
}

type Assigned = Readonly<{ name: string; isPassword: boolean; value: string; quoted: boolean; prose: boolean }>;

function judge({ name, isPassword, value, quoted, prose }: Assigned, text: string, at: number): Rule | undefined {
  if (value.length < 6 || value.length > 300) return undefined;
  // `config.password`, `settings.API_TOKEN`, `/run/secrets/db`, `secret/data/app`, `https://…`.
  if (/^(?:[a-z_$][\w$]*\.)+[a-z_$][\w$]*$/i.test(value) && !/\d/.test(value)) return undefined;
  if (/^[./~]|:\/\/|^[\w-]+\/[\w/-]+$(?<!\d.{3,})/.test(value) && !looksRandom(value.replace(/[./]/g, ''))) return undefined;
  // What is encrypted may be shown: that is what it is encrypted for.
  if (/encrypteddata|sealedsecret/i.test(text.slice(Math.max(0, at - 400), at))) return undefined;
  if (isPassword) return judgePassword(value, quoted, prose);
  if (/aws|secret_?access_?key/.test(name) && /^[A-Za-z0-9+/]{40}$/.test(value) && looksRandom(value)) return awsSecret;
  if (isUuid(value)) return /heroku|railway|splunk|hec_|mailtrap|sparkpost|opsgenie|honeybadger|appsignal|browserstack|apify|expo_|buildkite|braze|iterable|sinch|assemblyai|livekit|postmark|zendesk|snyk|_auth_?token|twitch|auth_?key|confluent|consul|nomad|codecov|circle_?ci|rollbar|bugsnag|sauce|cypress|jenkins|vault|gitea|wise|unity|pusher|detectify|vapi|scw|scaleway|kanboard|beamer|retool|exa_/.test(name) || /heroku|postmark|snyk|_authToken|consul|nomad|codecov|rollbar|scaleway/i.test(text.slice(Math.max(0, at - 80), at)) ? assignedSecret : assignedUuid;
  // Web tokens have a reader of their own, who knows which are public.
  if (!looksRandom(value) || /^eyJ[\w-]+\.eyJ/.test(value)) return undefined;
  // Public parts and digests bear names with `key` too.
  if (/^(?:sha\d{1,3}|md5)[-:]|^ssh-|^age1|^pk_|^AAAA[BC]3/.test(value)) return undefined;
  return assignedSecret;
}

function judgePassword(value: string, quoted: boolean, prose: boolean): Rule | undefined {
  if (isTrivialPassword(value) || /\s/.test(value) || value.length > 128 || /^(?:scram-)?sha-?\d{1,3}(?:-\w{1,8})?$/i.test(value)) return undefined;
  const kinds = kindsIn(value);
  const guessable = /password|passwort|secret|test|example|demo|admin|qwerty|letmein|welcome|1234|default|local|postgres|mysql|root/i.test(value);
  if (guessable && isMadeOfWords(value)) return undefined;
  const strong = kinds >= 3 && value.length >= 8 && /\d/.test(value) && /[A-Za-z]/.test(value);
  const strange = kinds >= 3 && value.length >= 10 && !isWordy(value);
  if ((strong || strange) && !guessable && !isColour(value)) return assignedPassword;
  if (looksRandom(value) || (quoted && value.length >= 10 && /^[A-Za-z]+$/.test(value) && isUnspeakable(value))) return assignedPassword;
  // A word in a sentence ("the password is required", "password: Minimum") and an identifier in code are none.
  if (/^[A-Za-z_$][\w$.]*$/.test(value) && !/\d/.test(value) && (!quoted || prose || isWordy(value) && /[A-Z_]/.test(value))) return undefined;
  if (prose && !/\d/.test(value)) return undefined;
  return kinds >= 2 && value.length >= 8 && (!guessable || kinds >= 3) ? (quoted || /\d/.test(value) ? assignedWeakPassword : undefined) : quoted && value.length >= 8 ? assignedWeakPassword : undefined;
}

const isColour = (value: string): boolean => /^#?[0-9A-Fa-f]{6,8}$/.test(value);
