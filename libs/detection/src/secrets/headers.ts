import { ROLES } from '../place.ts';
import type { Analyser, Rule } from '../rule.ts';
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
  sees: 'a token or password in a header of a command that calls the machine itself',
  positive: { tool: 'bash', arguments: { command: `curl -H "Authorization: Bearer ${filler(40)}" http://localhost:8080/v1/orders` } },
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
    const toItself =
      (place.role === 'shell' || place.role === 'powershell' || place.role === 'cmd') && /localhost|127\.0\.0\.1/.test(text.slice(Math.max(0, (hits[0] ?? 0) - 400), (hits[0] ?? 0) + 800));
    for (const hit of hits) {
      budget.spend(40);
      const from = /^authorization: /i.test(text.slice(hit, hit + 15)) ? hit + 15 : text.charAt(hit) === '_' ? hit + 1 : hit;
      BEARER.lastIndex = from;
      const bearer = BEARER.exec(text);
      const token = bearer?.[1];
      if (bearer && token !== undefined) {
        budget.spend(token.length);
        // Keys and web tokens are told by their own rules.
        if (!isPlaceholder(token) && looksRandom(token) && !token.startsWith('eyJ')) report(toItself ? headerOfCommand : bearerToken, BEARER.lastIndex - token.length, BEARER.lastIndex);
        continue;
      }
      BASIC.lastIndex = from;
      const encoded = BASIC.exec(text)?.[1];
      if (encoded === undefined) continue;
      budget.spend(encoded.length);
      const password = /^[\x20-\x7e]{1,100}:([\x20-\x7e]{4,200})$/.exec(fromBase64(encoded) ?? '')?.[1];
      if (password !== undefined && !isPlaceholder(password) && !isTrivialPassword(password)) report(toItself ? headerOfCommand : basicCredentials, BASIC.lastIndex - encoded.length, BASIC.lastIndex);
    }
  },
};

const commandPassword: Rule = {
  id: 'secrets.password-in-command',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'a password in the arguments of a command (curl, mysql, sshpass, docker login, net use …)',
  positive: { tool: 'bash', arguments: { command: "sshpass -p 'v8Kq!2LmZ0p' ssh deploy@build-2 uptime" } },
  nearMiss: { tool: 'bash', arguments: { command: 'sshpass -p "$SSH_PASSWORD" ssh -p 2222 deploy@build-2 uptime' } },
};

/** From a command's name, on its line, to where its password begins. */
const TO_PASSWORD =
  /curl\b[^\n|;]{0,160}?\s(?:-u|--user|--proxy-user)[ =]?["']?[\w.@+-]{1,80}:|sshpass\s{1,3}-p\s?["']?|mysql(?:dump|admin)?\b[^\n|;]{0,120}?\s-p["']?(?=\S)|redis-cli\b[^\n|;]{0,80}?\s-a\s{1,3}["']?|(?:docker login|helm registry|mongo(?:sh|dump|restore)?|ldapsearch|sqlcmd|ipmitool|psexec(?:\.exe)?|smbclient)\b[^\n|;]{0,120}?\s-{1,2}[pwPU]\s{1,3}["']?(?:[\w\\]{1,40}%)?|net use\b[^\n|;]{0,100}?(?:\*|\$)["']?\s{1,3}(?=\S{6,60}\s{1,3}\/user)|net user\s{1,3}\S{1,40}\s{1,3}["']?|chpasswd\s{0,3}<<<\s{0,3}["']?[\w.-]{1,40}:|cmdkey\b[^\n|;]{0,120}?\/pass:["']?/iy;
const PASSWORD = /(?![$`*/:%{<@-])[^\s"'|;<>`&]{6,80}/y;
const PIPED_TO_CHPASSWD = /["' ][\w.-]{1,40}:([^\s"'|:$<>{]{6,60})["']?\s{0,3}\|\s{0,3}(?:sudo )?$/;

/** Passwords where the shell keeps a history and everybody sees the processes. */
export const passwordsInCommands: Analyser = {
  name: 'passwords in commands',
  roles: ['shell', 'powershell', 'cmd', 'prose', 'output', 'code'],
  literals: ['curl -', 'curl.exe -', 'sshpass', 'mysql', 'mongo', 'redis-cli', 'docker login', 'helm registry', 'ldapsearch', 'smbclient', 'net use', 'chpasswd', 'sqlcmd', 'ipmitool', 'cmdkey', 'psexec'],
  rules: [commandPassword],
  analyse: ({ text, hits, budget, report }) => {
    for (const hit of hits) {
      budget.spend(120);
      TO_PASSWORD.lastIndex = hit;
      if (TO_PASSWORD.test(text)) {
        const start = TO_PASSWORD.lastIndex;
        PASSWORD.lastIndex = start;
        const password = PASSWORD.exec(text)?.[0];
        if (password !== undefined && isCommandPassword(password)) report(commandPassword, start, start + password.length);
        continue;
      }
      const password = PIPED_TO_CHPASSWD.exec(text.slice(Math.max(0, hit - 120), hit))?.[1];
      if (password === undefined || !isCommandPassword(password)) continue;
      const start = text.lastIndexOf(password, hit);
      report(commandPassword, start, start + password.length);
    }
  },
};

const isCommandPassword = (password: string): boolean =>
  !isPlaceholder(password) &&
  !isTrivialPassword(password) &&
  /[A-Za-z]/.test(password) &&
  /\d/.test(password) &&
  (/[A-Z]/.test(password) || /[^A-Za-z0-9]/.test(password) || looksRandom(password)) &&
  !/^[\w.-]+\.(?:com|org|net|io|ya?ml|json|txt|sql|gz|js|sh)$|^\d[\d.]*:|^[\w.-]+:\d+/i.test(password);
