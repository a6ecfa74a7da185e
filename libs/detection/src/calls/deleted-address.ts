import { nounOf } from './deed.ts';
import { isDisposable } from './scope.ts';
import { MANIFOLD, STORES, TRIVIAL } from './vocabulary.ts';

/** Addresses of services by which DELETE takes away something whole. `host` and `path` are tried lower-case; what stands for a name in the path may be disposable. */
const WHOLES: readonly Readonly<{ host: RegExp; path: RegExp }>[] = [
  { host: /(?:^|[.-])(?:es|elastic\w*|opensearch)\d*(?=[.:-]|$)|:9200$/, path: /^\/(?:_all|\*[^/]*|[a-z0-9][\w.*,-]*|_snapshot\/[^/]+(?:\/[^/]+)?|_data_stream\/[^/]+)$/ },
  { host: /github/, path: /^(?:\/api\/v3)?\/(?:repos\/[^/]+\/[^/]+|orgs\/[^/]+)$/ },
  { host: /gitlab|git\.|code\./, path: /^\/api\/v\d\/(?:projects|groups|users)\/[^/]+$/ },
  { host: /bitbucket/, path: /^\/2\.0\/repositories\/[^/]+\/[^/]+$/ },
  { host: /gitea|forgejo|codeberg/, path: /^\/api\/v1\/(?:repos\/[^/]+\/[^/]+|orgs\/[^/]+)$/ },
  { host: /s3[.-][\w.-]*amazonaws\.com|storage\.googleapis\.com|digitaloceanspaces/, path: /^\/[^/]+$/ },
  { host: /management\.azure\.com/, path: /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+$/ },
  { host: /digitalocean|linode|hetzner|vultr|scaleway|googleapis/, path: /\/(?:droplets|instances|servers|databases|volumes|clusters|projects|buckets|snapshots)\/[^/]+$/ },
  { host: /:(?:2375|2376)$|docker/, path: /\/volumes\/[^/]+$/ },
  { host: /:8500$|consul/, path: /^\/v1\/kv\/.*$/ },
  { host: /rabbit|:15672$/, path: /^\/api\/(?:vhosts\/[^/]+|queues\/[^/]+\/[^/]+(?:\/contents)?)$/ },
  { host: /atlassian|jira|confluence/, path: /^(?:\/wiki)?\/rest\/api\/(?:\d|latest)\/(?:project|space|user)\/[^/]+$/ },
  { host: /heroku|netlify|vercel|render\.com|fly\.io|railway/, path: /\/(?:apps|sites|projects|services)\/[^/]+$/ },
  { host: /grafana|kibana|sentry|auth0|okta|jenkins/, path: /\/(?:orgs|organizations|projects|users|tenants|groups|applications|job)\/[^/]+$/ },
];
const SCHEME = /^https?:\/\//;
const EVERYTHING = /(?:^|&)(?:recurse(?:=true)?|all=(?:true|1)|delete_all=(?:true|1)|tag_name=[^&]+|match\[\]=[^&]*|q(?:uery)?=\*(?::\*)?|deleteinstancedir=true|confirm_all=\w+)(?:&|$)/;
const VERSIONED = /^(?:api|v\d[\w.]*|rest|client|admin|apis|\d+\.\d+|core)$/;

/** Indices by day are deleted when their time is over. */
const DATED = /[-_.]\d{4}[-_.]\d{2}(?:[-_.]\d{2})?$/;

/** Whether a DELETE of this URL, or of this path by a tool for one service, takes away a store, or all of a kind. */
export function destroysAt(address: string, tool: string): boolean {
  const [whole = '', query = ''] = address.slice(0, 600).toLowerCase().split('#', 1)[0]?.split('?') ?? [];
  const absolute = SCHEME.test(whole) || /^[\w.-]*:\d+\//.test(whole);
  const bare = whole.replace(SCHEME, '').replace(/^[^/@]*@/, '');
  const slash = absolute ? bare.indexOf('/') : 0;
  const host = absolute ? (slash < 0 ? bare : bare.slice(0, slash)) : '';
  const path = (absolute ? (slash < 0 ? '/' : bare.slice(slash)) : `/${bare.replace(/^\//, '')}`).replace(/\/+$/, '') || '/';
  if (isDisposable(path) || DATED.test(path)) return false;
  if (EVERYTHING.test(query) && !/^(?:\/|)$/.test(path)) return true;
  const service = host === '' ? tool : host;
  if (WHOLES.some((each) => each.host.test(service) && each.path.test(path))) return true;
  const segments = path.split('/').filter(Boolean);
  const named = segments.filter((segment) => !VERSIONED.test(segment));
  const [collection = '', last = ''] = [named.at(-2), named.at(-1)];
  if (segments.length > 12 || named.length === 0 || named.some((segment) => TRIVIAL.has(nounOf(segment)))) return false;
  if (last === '*' || last === '_all' || last === 'all') return true;
  if (STORES.has(nounOf(collection)) && nounOf(collection) !== collection && named.length <= 4) return true;
  if (nounOf(collection) === 'project' && collection === 'projects' && named.length === 2) return true;
  // A whole collection: no id stands in the way.
  return named.length <= 2 && nounOf(last) !== last && (MANIFOLD.has(nounOf(last)) || STORES.has(nounOf(last))) && !named.some((segment) => /\d|^me$|^self$|[{:]/.test(segment));
}
