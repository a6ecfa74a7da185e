import { ROLES } from '../place.ts';
import type { Analyser, PatternRule, Rule } from '../rule.ts';
import { fromBase64 } from './checksums.ts';
import { isPlaceholder, isTrivialPassword } from './placeholders.ts';
import { looksRandom } from './randomness.ts';
import { filler } from './sample-keys.ts';

const bearerToken: Rule = {
  id: 'secrets.bearer-token',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'an authorization header with a token',
  positive: { output: `request headers: Authorization: Bearer ${filler(40)}` },
  nearMiss: { output: 'request headers: Authorization: Bearer $API_TOKEN' },
  source: 'RFC 6750',
};
const basicCredentials: Rule = {
  id: 'secrets.basic-credentials',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'an authorization header, or an entry of a registry, with user name and password in Base64',
  positive: { output: ['Authorization: Basic ', 'YXBwOnY4S3EyTG1aMHA='].join('') },
  nearMiss: { output: 'Authorization: Basic dXNlcjpwYXNzd29yZA==' },
  source: 'RFC 7617',
};
const headerOfCommand: Rule = {
  id: 'secrets.header-of-command',
  type: 'credential_exposure',
  severity: 'medium',
  sees: 'a token or password in a header of a command',
  positive: { tool: 'bash', arguments: { command: `curl -H "Authorization: Bearer ${filler(40)}" https://api.example.com/v1/orders` } },
  nearMiss: { tool: 'bash', arguments: { command: 'curl -H "Authorization: Bearer $TOKEN" https://api.example.com/v1/orders' } },
};

const BEARER = /(?:bearer|token|apikey|api-key|ssws|bot|jwt)["']?[ :=]{1,3}["']?([A-Za-z0-9_.~+/=-]{20,2000})/iy;
const BASIC = /(?:basic["']?[ :=]{1,3}["']?|"?auth"?\s{0,3}[:=]\s{0,3}["']?)([A-Za-z0-9+/]{8,400}={0,2})/iy;

export const authorizationHeaders: Analyser = {
  name: 'authorization headers',
  roles: ROLES.filter((role) => role !== 'secret'),
  literals: ['bearer ', 'basic ', '"auth":', '_auth=', '_auth =', 'authorization: token ', 'authorization: bot '],
  rules: [bearerToken, basicCredentials, headerOfCommand],
  analyse: ({ text, place, hits, budget, report }) => {
    const command = place.role === 'shell' || place.role === 'powershell' || place.role === 'cmd';
    for (const hit of hits) {
      budget.spend(40);
      const from = /^authorization: /i.test(text.slice(hit, hit + 15)) ? hit + 15 : text.charAt(hit) === '_' ? hit + 1 : hit;
      BEARER.lastIndex = from;
      const bearer = BEARER.exec(text);
      const token = bearer?.[1];
      if (bearer && token !== undefined) {
        budget.spend(token.length);
        // Keys and web tokens are told by their own rules.
        if (!isPlaceholder(token) && looksRandom(token) && !token.startsWith('eyJ')) report(command ? headerOfCommand : bearerToken, BEARER.lastIndex - token.length, BEARER.lastIndex);
        continue;
      }
      BASIC.lastIndex = from;
      const encoded = BASIC.exec(text)?.[1];
      if (encoded === undefined) continue;
      budget.spend(encoded.length);
      const password = /^[\x20-\x7e]{1,100}:([\x20-\x7e]{4,200})$/.exec(fromBase64(encoded) ?? '')?.[1];
      if (password !== undefined && !isPlaceholder(password) && !isTrivialPassword(password)) report(command ? headerOfCommand : basicCredentials, BASIC.lastIndex - encoded.length, BASIC.lastIndex);
    }
  },
};

/** Passwords where the shell keeps a history and everybody sees the processes. */
export const passwordInCommand: PatternRule = {
  id: 'secrets.password-in-command',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'a password in the arguments of a command (curl, mysql, sshpass, docker login, net use …)',
  positive: { tool: 'bash', arguments: { command: "sshpass -p 'v8Kq!2LmZ0p' ssh deploy@build-2 uptime" } },
  nearMiss: { tool: 'bash', arguments: { command: 'sshpass -p "$SSH_PASSWORD" ssh -p 2222 deploy@build-2 uptime' } },
  roles: ['shell', 'powershell', 'cmd', 'prose', 'output', 'code'],
  literals: ['curl', 'sshpass', 'mysql', 'mongo', 'redis-cli', 'docker login', 'helm registry', 'ldapsearch', 'wget ', 'smbclient', 'net use', 'net user', 'chpasswd', 'htpasswd', 'sqlcmd', 'ipmitool', 'cmdkey', 'psexec'],
  pattern:
    /(?<=\b(?:curl\b[^\n|;]{0,160}\s(?:-u|--user|--proxy-user)[ =]?["']?[\w.@+-]{1,80}:|sshpass\s{1,3}-p\s?["']?|mysql(?:dump|admin)?\b[^\n|;]{0,120}\s-p["']?|redis-cli\b[^\n|;]{0,80}\s-a\s{1,3}["']?|(?:docker|helm registry|mongosh?|ldapsearch|sqlcmd|ipmitool|psexec)\b[^\n|;]{0,120}\s-{0,2}(?:-p|-w|-P)\s{1,3}["']?|net use\b[^\n|;]{0,100}\s|net user\s{1,3}\S{1,40}\s{1,3}["']?|echo\s{1,3}["']?[\w.-]{1,40}:(?=[^\n|]{1,60}["']?\s{0,3}\|\s{0,3}(?:sudo )?chpasswd)|\/pass:))[^\s"'|;&<>$`*\\/:@][^\s"'|;<>`]{5,80}/i,
  before: 80,
  after: 300,
  accepts: ([password]) => !isPlaceholder(password) && !isTrivialPassword(password) && /[A-Za-z]/.test(password) && /\d/.test(password) && (/[A-Z]/.test(password) || /[^A-Za-z0-9]/.test(password) || looksRandom(password)) && !/^[\w.-]+\.(?:com|org|net|io|ya?ml|json|txt|sql)$/i.test(password),
};
