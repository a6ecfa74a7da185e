import { ROLES } from '../place.ts';
import type { Analyser, Rule } from '../rule.ts';
import { fromBase64 } from './checksums.ts';
import { isPlaceholder, isTrivialPassword } from './placeholders.ts';
import { isUuid, looksRandom } from './randomness.ts';
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
/** Any other scheme, as services invent them: `Splunk`, `ApiKey`, `AccessKey`, `GenieKey`, `Klaviyo-API-Key`. */
const SCHEME = /authorization["']?\s{0,2}[:=]\s{0,2}["']?(?!basic|bearer|digest|aws4|hawk|signature|negotiate|ntlm|<|\$|\{)(?:[A-Za-z][A-Za-z-]{1,24} )?(?:token=)?([A-Za-z0-9_.~+/=:-]{24,2000})/iy;
const BASIC = /(?:basic["']?[ :=]{1,3}["']?|"?auth"?\s{0,3}[:=]\s{0,3}["']?)([A-Za-z0-9+/]{8,400}={0,2})/iy;

export const authorizationHeaders: Analyser = {
  name: 'authorization headers',
  roles: ROLES.filter((role) => role !== 'secret'),
  literals: ['bearer ', 'basic ', '"auth":', '_auth=', '_auth =', 'authorization: ', '"authorization"'],
  rules: [bearerToken, basicCredentials, headerOfCommand],
  analyse: ({ text, place, hits, budget, report }) => {
    const toItself =
      (place.role === 'shell' || place.role === 'powershell' || place.role === 'cmd') && /localhost|127\.0\.0\.1/.test(text.slice(Math.max(0, (hits[0] ?? 0) - 400), (hits[0] ?? 0) + 800));
    for (const hit of hits) {
      budget.spend(40);
      SCHEME.lastIndex = text.charAt(hit) === '"' ? hit + 1 : hit;
      const given = SCHEME.exec(text)?.[1];
      if (given !== undefined && !given.startsWith('eyJ') && (isUuid(given) || looksRandom(given)) && !isPlaceholder(given)) {
        budget.spend(given.length);
        report(toItself ? headerOfCommand : bearerToken, SCHEME.lastIndex - given.length, SCHEME.lastIndex);
        continue;
      }
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
