import { call, ruleOf } from '../platform/examples.ts';
import { isAdminRight } from '../platform/services/rights.ts';
import type { CallAnalyser, ViewedCall } from '../rule.ts';
import { words } from '../tool-reading.ts';
import { deedOf } from './deed.ts';
import { destroysAt } from './deleted-address.ts';
import { judgeDeed } from './destruction.ts';
import { partsOf } from './parts.ts';
import { scopeOf } from './scope.ts';

const type = 'destructive_command';
const deleteRequest = ruleOf(
  'calls.delete-request', type, 'high', 'an HTTP DELETE of a repository, index, bucket, project, zone or namespace, or of all of a kind', call('http_request', { method: 'DELETE', url: 'https://api.github.com/repos/acme/billing' }),
  call('http_request', { method: 'DELETE', url: 'https://api.github.com/repos/acme/billing/issues/comments/7' }), 'MITRE ATT&CK T1485',
);
const emptyingRequest = ruleOf(
  'calls.emptying-request', type, 'high', 'a request to a search or metrics store that deletes all its documents or series', call('http_request', { method: 'POST', url: 'http://search.example.com/orders/_delete_by_query', body: { query: { match_all: {} } } }),
  call('http_request', { method: 'POST', url: 'http://search.example.com/orders/_delete_by_query', body: { query: { term: { state: 'void' } } } }), 'MITRE ATT&CK T1485',
);

const adminRequest = ruleOf(
  'calls.admin-request', 'privilege_escalation', 'high', 'an HTTP request that makes somebody an owner or administrator', call('github_api', { method: 'PUT', path: '/orgs/acme/memberships/lena-x', body: { role: 'admin' } }),
  call('github_api', { method: 'PUT', path: '/orgs/acme/memberships/lena-x', body: { role: 'member' } }), 'MITRE ATT&CK T1098',
);
/** Collections of those who may do something. */
const OF_PEOPLE = /\/(?:members(?:hips?)?|collaborators|users?|accounts?|roles?|role-?assignments?|grants|permissions|iam|access|invitations|team_?members|project_?members|admins|principals)(?:[/?]|$)/;
const SENDS = /^(?:PUT|POST|PATCH)$/;
const RIGHT = /^(?:org_?|organization_?|member_?|user_?|account_?|project_?)?(?:role|permission|access_level|access|right|privilege)s?$/;

const METHODS = new Set(['method', 'verb', 'http_method', 'request_method']);
const ADDRESSES = new Set(['url', 'uri', 'path', 'endpoint', 'resource', 'href', 'request_url', 'api_path', 'route', 'target']);
const SENDS_DELETE = /(?:^|_)(?:http|https|rest|api|requests?|curl|fetch)_delete$|^delete_(?:http|request|url|api)$/;
const MAX_KEYS = 24;

/** Requests to services, as tools for HTTP and GraphQL send them. */
export const destructiveRequests: CallAnalyser = { name: 'calls.requests', rules: [deleteRequest, emptyingRequest, adminRequest], analyse };

function analyse(called: ViewedCall): void {
  const { tool, arguments: given, budget, report } = called;
  let [deletes, sends, address] = [false, false, ''];
  for (const key of Object.keys(given).slice(0, MAX_KEYS)) {
    const value = given[key];
    if (typeof value !== 'string') continue;
    const field = key.toLowerCase();
    if (value.length <= 6 && METHODS.has(field)) {
      const method = value.toUpperCase();
      deletes ||= method === 'DELETE';
      sends ||= SENDS.test(method);
    } else if (ADDRESSES.has(field)) address ||= value;
    else if (value.includes('mutation') && /^\s*mutation\b/.test(value.slice(0, 200))) mutations(value, called);
  }
  if (address === '') return;
  if ((deletes || SENDS_DELETE.test(words(tool))) && destroysAt(address, words(tool))) report(deleteRequest);
  if (sends && address.length <= 2_000 && OF_PEOPLE.test(address.toLowerCase())) {
    const parts = partsOf(given);
    budget.spend(20 + 40 * parts.length);
    if (parts.some(({ field, value }) => typeof value === 'string' && RIGHT.test(field) && isAdminRight(value.trim()))) report(adminRequest);
  }
  if (address.length > 2_000 || !/_delete_by_query|delete_series|\/update/.test(address)) return;
  const parts = partsOf(given);
  budget.spend(2_000 + 40 * parts.length);
  if (/delete_series/.test(address) || parts.some(({ field, value }) => (field === 'match_all' && value === null) || (typeof value === 'string' && /"match_all"\s*:\s*\{\s*\}|<query>\s*\*:\*/.test(value)))) report(emptyingRequest);
}

const MUTATION = /[{}\s:]([A-Za-z_]\w{2,80})\s*(?:\(([^()]{0,400})\))?(?=\s*[{}\s])/g;
const MAX_MUTATIONS = 8;

/** Fields of a GraphQL mutation: each is a deed with arguments. */
function mutations(text: string, { budget, report }: ViewedCall): void {
  const looked = text.slice(0, 2_000);
  budget.spend(looked.length * 4);
  let told = 0;
  for (const [, name = '', given = ''] of looked.matchAll(MUTATION)) {
    const deed = deedOf(name);
    if (!deed) continue;
    if ((told += 1) > MAX_MUTATIONS) return;
    const scope = scopeOf([...given.matchAll(/(\w{1,40})\s*:\s*("[^"]{0,200}"|\{\s*\}|\$?\w{1,60})/g)].map(([, field = '', value = '']) => ({ field: words(field), value: /^\{/.test(value) ? null : value === 'true' ? true : value.replace(/^"|"$/g, '') })));
    judgeDeed(deed, scope, report);
  }
}
