import type { Analyser, Rule, View } from '../rule.ts';
import { isUsedPassword } from './password-strength.ts';

const passwordInCall: Rule = {
  id: 'secrets.password-in-call',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'a password or key among the arguments of a function that logs in, connects or signs (NetworkCredential, HTTPBasicAuth, getConnection, smtp.login, PDO, ldap_bind, jwt.sign …)',
  positive: { tool: 'read_file', output: 'client.Credentials = new NetworkCredential("mailer", "v8Kq2LmZ0p");' },
  nearMiss: { tool: 'read_file', output: 'client.Credentials = new NetworkCredential("mailer", settings.Password);' },
};

/** Functions, as their names end, and which of their arguments is the password. */
const FUNCTIONS: readonly (readonly [name: string, argument: number])[] = [
  ...['networkcredential', 'passwordauthentication', 'usernamepasswordcredentials', 'usernamepasswordcredential', 'usernamepasswordauthenticationtoken', 'httpbasicauth', 'httpdigestauth', 'httpntlmauth', 'ntlmauth'].map((name) => [name, 1] as const),
  ...['setbasicauth', 'basicauth', 'basic_auth', 'basicauthentication', 'simple_bind', 'simple_bind_s', '.login', '.authenticate', 'basiccredential', 'basicawscredentials', 'connectionfactory'].map((name) => [name, 1] as const),
  ...['directoryentry', 'plainauth', 'getconnection', 'mysqli', 'mysqli_connect', 'mysql_connect', 'mysql_pconnect', 'pdo', 'ftp_login', 'ldap_bind', 'ssh2_auth_password', 'imap_open', 'oci_connect', 'pymysql.connect', 'mysqldb.connect', 'ftplib.ftp'].map((name) => [name, 2] as const),
  ['connectserver', 3],
  ...['jwt.sign', 'jwt.verify', 'jwt.encode', 'createhmac'].map((name) => [name, 1] as const),
  ['hmac.new', 0],
];
const argumentOf: ReadonlyMap<string, number> = new Map(FUNCTIONS);

const NAME = /\.?[a-z_.\d]{3,40}/iy;
const OPENING = /\s{0,2}\(/y;
/** One argument: a text in quotes, perhaps with what is done to it, or anything else without one. */
const ARGUMENT = /\s{0,40}(?:[\w$-]{1,30}\s?[:=]\s?)?(?:[@NbrfuL$]{0,2}(["'])((?:(?!\1)[^\\\n]|\\.){0,120})\1(?:\.\w{1,20}\(\))?|[^,()"'\n]{1,80}(?:\([^()"'\n]{0,60}\))?)\s{0,8}([,)])/y;

export const passwordsInCalls: Analyser = {
  name: 'passwords in calls',
  roles: ['code', 'output', 'prose', 'powershell', 'shell', 'markup', 'value'],
  literals: [...argumentOf.keys()].map((name) => (name.length < 6 ? `${name}(` : name)),
  rules: [passwordInCall],
  analyse: (view) => {
    for (const hit of view.hits) readCall(view, hit);
  },
};

function readCall({ text, budget, report }: View, hit: number): void {
  budget.spend(24);
  NAME.lastIndex = hit;
  const name = NAME.exec(text)?.[0] ?? '';
  const wanted = argumentOf.get(name.toLowerCase());
  OPENING.lastIndex = hit + name.length;
  if (wanted === undefined || !OPENING.test(text)) return;
  let at = OPENING.lastIndex;
  for (let place = 0; place <= wanted; place += 1) {
    ARGUMENT.lastIndex = at;
    const argument = ARGUMENT.exec(text);
    if (!argument) return;
    const [whole, quote = '', literal, end] = argument;
    budget.spend(whole.length);
    if (place === wanted && literal !== undefined && isUsedPassword(literal)) {
      const start = at + whole.indexOf(quote + literal) + 1;
      report(passwordInCall, start, start + literal.length);
    }
    if (end === ')') return;
    at += whole.length;
  }
}
