import { ROLES } from '../place.ts';
import type { Analyser, Rule } from '../rule.ts';
import { fromBase64 } from './checksums.ts';
import { filler } from './sample-keys.ts';

const toBase64Url = (text: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const bits = Array.from(text, (character) => character.charCodeAt(0).toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,6}/g) ?? []).map((six) => alphabet.charAt(Number.parseInt(six.padEnd(6, '0'), 2))).join('');
};
const jwtOf = (payload: string): string => [toBase64Url('{"alg":"HS256","typ":"JWT"}'), toBase64Url(payload), filler(43)].join('.');

const webToken: Rule = {
  id: 'secrets.web-token',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'a signed JSON Web Token',
  positive: { output: `session ${jwtOf('{"sub":"u-4711","scope":"admin","exp":1893456000}')}` },
  nearMiss: { output: `the anonymous key is made to be public: ${jwtOf('{"iss":"supabase","role":"anon","exp":1893456000}')}` },
  source: 'RFC 7519',
};
const serviceRole: Rule = {
  id: 'secrets.service-role-token',
  type: 'credential_exposure',
  severity: 'critical',
  sees: 'a JSON Web Token for a service role or an administrator without an end',
  positive: { output: `SUPABASE_KEY=${jwtOf('{"iss":"supabase","role":"service_role"}')}` },
  nearMiss: { output: `SUPABASE_KEY=${jwtOf('{"iss":"supabase","role":"anon"}')}` },
};
const tokenInUse: Rule = {
  id: 'secrets.web-token-in-use',
  type: 'credential_exposure',
  severity: 'medium',
  sees: 'a JSON Web Token in a field made for it, or in a header of a command that calls the machine itself',
  positive: { tool: 'bash', arguments: { command: `curl -H 'Authorization: Bearer ${jwtOf('{"sub":"u-4711","exp":1893456000}')}' http://localhost:3000/me` } },
  nearMiss: { tool: 'bash', arguments: { command: "curl -H 'Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.<payload>.<signature>' https://api.example.com/me" } },
};

const TOKEN = /eyJ[\w-]{10,2000}\.eyJ[\w-]{4,6000}\.([\w-]{10,1200})?(?![\w-])/y;

export const webTokens: Analyser = {
  name: 'web tokens',
  roles: ROLES,
  literals: ['eyj'],
  rules: [webToken, serviceRole, tokenInUse],
  analyse: ({ text, place, hits, budget, report }) => {
    let reached = 0;
    for (const hit of hits) {
      if (hit < reached || /[\w-]/.test(text.charAt(hit - 1)) || text.charAt(hit + 2) !== 'J') continue;
      TOKEN.lastIndex = hit;
      const token = TOKEN.exec(text)?.[0];
      budget.spend(token?.length ?? 40);
      if (token === undefined) continue;
      reached = hit + token.length;
      const [header = '', payload = '', signature = ''] = token.split('.');
      if (signature === '' || !/"(?:alg|typ|kid|enc)"/.test(fromBase64(header) ?? '')) continue;
      const claims = fromBase64(payload) ?? '';
      if (isPublic(claims)) continue;
      const rule = /"role" ?: ?"service_role"/.test(claims) ? serviceRole : inUse(text, place.role, hit) && !(place.role === 'secret' && isMighty(claims)) ? tokenInUse : webToken;
      report(rule, hit, reached);
    }
  },
};

/** The token of jwt.io, and keys that are meant for browsers. */
const isPublic = (claims: string): boolean => /"sub" ?: ?"1234567890"|"name" ?: ?"John Doe"|"role" ?: ?"anon"|example\.(?:com|org)/.test(claims);

/** In a header, too, a token counts as exposed if it names a person by mail, lets its bearer change things, or is one of an administrator. */
const isMighty = (claims: string): boolean =>
  /"(?:e-?mail|upn|preferred_username)" ?: ?"[^"]{1,64}@|"(?:roles?|groups?|scp|scopes?|permissions?)" ?: ?\[?"[^\]}]{0,200}?\b(?:admin\w*|owner|root|superuser|write|delete|manage|full)\b|"(?:is_)?admin" ?: ?true/i.test(claims);

const inUse = (text: string, role: string, hit: number): boolean =>
  role === 'secret' || ((role === 'shell' || role === 'powershell') && /localhost|127\.0\.0\.1/.test(text.slice(Math.max(0, hit - 400), hit + 1_200)));
