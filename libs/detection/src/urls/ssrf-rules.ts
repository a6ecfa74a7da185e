import type { Rule } from '../rule.ts';

const PATT = 'PayloadsAllTheThings, Server Side Request Forgery';

export const metadata = {
  id: 'url.cloud-metadata',
  type: 'ssrf',
  severity: 'critical',
  sees: 'a request to the metadata service of a cloud, which hands out credentials',
  positive: { tool: 'http_get', arguments: { url: 'http://169.254.169.254/latest/meta-data/iam/security-credentials/' } },
  nearMiss: { tool: 'http_get', arguments: { url: 'https://docs.example.com/ec2/169.254.169.254-metadata' } },
  source: `${PATT}, Cloud Instances; ATT&CK T1552.005`,
} as const satisfies Rule;

export const metadataCommand = {
  id: 'url.cloud-metadata-command',
  type: 'ssrf',
  severity: 'high',
  sees: 'a command or program that asks the metadata service of a cloud',
  positive: { tool: 'bash', arguments: { command: 'curl -s http://169.254.169.254/latest/user-data' } },
  nearMiss: { tool: 'bash', arguments: { command: 'curl -s http://192.0.2.254/latest/user-data' } },
  source: 'ATT&CK T1552.005',
} as const satisfies Rule;

export const metadataWritten = {
  id: 'url.cloud-metadata-in-file',
  type: 'ssrf',
  severity: 'medium',
  sees: 'a file that is written and asks the metadata service of a cloud',
  positive: { tool: 'write_file', arguments: { path: 'src/identity.ts', content: "await fetch('http://169.254.169.254/latest/meta-data/')" } },
  nearMiss: { tool: 'write_file', arguments: { path: 'src/identity.ts', content: "await fetch('https://identity.example.com/latest/')" } },
} as const satisfies Rule;

export const disguised = {
  id: 'url.disguised-internal-address',
  type: 'ssrf',
  severity: 'high',
  sees: 'an internal address written so that filters miss it: octal, hexadecimal, decimal, IPv6-mapped, enclosed digits, a name that resolves to it',
  positive: { tool: 'fetch_url', arguments: { url: 'http://0x7f000001/' } },
  nearMiss: { tool: 'fetch_url', arguments: { url: 'http://0xdead.example.com/' } },
  source: `${PATT}, Bypassing Filters; WHATWG URL, IPv4 parser`,
} as const satisfies Rule;

export const confused = {
  id: 'url.confused-authority',
  type: 'ssrf',
  severity: 'high',
  sees: 'a URL whose host parsers disagree about and one of them takes for an internal one',
  positive: { tool: 'fetch_url', arguments: { url: 'http://example.com@127.0.0.1/' } },
  nearMiss: { tool: 'fetch_url', arguments: { url: 'https://example.com/@127.0.0.1/profile' } },
  source: 'Orange Tsai, A New Era of SSRF, 2017',
} as const satisfies Rule;

export const adminPort = {
  id: 'url.internal-service',
  type: 'ssrf',
  severity: 'high',
  sees: 'a request to an administrative service or path of this machine or the private network',
  positive: { tool: 'http_get', arguments: { url: 'http://127.0.0.1:2375/containers/json' } },
  nearMiss: { tool: 'http_get', arguments: { url: 'http://localhost:3000/health' } },
  source: PATT,
} as const satisfies Rule;

export const linkLocal = {
  id: 'url.link-local',
  type: 'ssrf',
  severity: 'high',
  sees: 'a request to a link-local address',
  positive: { tool: 'fetch_url', arguments: { url: 'http://169.254.1.7/status' } },
  nearMiss: { tool: 'fetch_url', arguments: { url: 'http://169.253.1.7/status' } },
  source: 'RFC 3927',
} as const satisfies Rule;

export const serverSide = {
  id: 'url.internal-callback',
  type: 'ssrf',
  severity: 'high',
  sees: 'an internal address given to a service that will fetch it later: a webhook, a feed, an import, a rendered page',
  positive: { tool: 'create_webhook', arguments: { event: 'order.created', target_url: 'http://localhost/' } },
  nearMiss: { tool: 'create_webhook', arguments: { event: 'order.created', target_url: 'https://hooks.example.com/localhost' } },
  source: 'OWASP API Security 2023, API7',
} as const satisfies Rule;

export const loopback = {
  id: 'url.loopback',
  type: 'ssrf',
  severity: 'high',
  sees: 'a fetch from this machine itself on its standard web port',
  positive: { tool: 'fetch_url', arguments: { url: 'http://127.0.0.1/' } },
  nearMiss: { tool: 'fetch_url', arguments: { url: 'http://127.0.0.1:5173/src/main.ts' } },
  source: PATT,
} as const satisfies Rule;

export const otherPort = {
  id: 'url.loopback-port',
  type: 'ssrf',
  severity: 'medium',
  sees: 'a request to this machine or a private address that does not look like a development server',
  positive: { tool: 'http_get', arguments: { url: 'http://192.168.1.20/index.html' } },
  nearMiss: { tool: 'http_get', arguments: { url: 'http://localhost:8080/index.html' } },
} as const satisfies Rule;

export const development = {
  id: 'url.development-server',
  type: 'ssrf',
  severity: 'low',
  sees: 'a request to a development server on this machine or an internal name',
  positive: { tool: 'http_get', arguments: { url: 'http://localhost:3000/health' } },
  nearMiss: { tool: 'http_get', arguments: { url: 'https://localhost.example.com/health' } },
} as const satisfies Rule;

export const cluster = {
  id: 'url.cluster-api',
  type: 'ssrf',
  severity: 'high',
  sees: 'a request to the API or a system service of a Kubernetes cluster by its internal name',
  positive: { tool: 'http_get', arguments: { url: 'https://kubernetes.default.svc/api/v1/secrets' } },
  nearMiss: { tool: 'http_get', arguments: { url: 'https://kubernetes.io/docs/' } },
  source: `${PATT}, Kubernetes`,
} as const satisfies Rule;

export const rebinding = {
  id: 'url.rebinding-service',
  type: 'ssrf',
  severity: 'high',
  sees: 'a name of a DNS rebinding or open redirection service',
  positive: { tool: 'create_webhook', arguments: { event: 'x', target_url: 'http://7f000001.c0a80001.rbndr.us/' } },
  nearMiss: { tool: 'http_get', arguments: { url: 'https://en.example.org/wiki/DNS_rebinding' } },
  source: `${PATT}, DNS Rebinding`,
} as const satisfies Rule;

export const scheme = {
  id: 'url.odd-scheme',
  type: 'ssrf',
  severity: 'high',
  sees: 'a URL scheme that makes a fetcher talk to other services or read files (gopher, dict, ldap, tftp, jar, netdoc)',
  positive: { tool: 'http_get', arguments: { url: 'gopher://198.51.100.9:6379/_INFO' } },
  nearMiss: { tool: 'http_get', arguments: { url: 'https://gopher.example.com/dict' } },
  source: `${PATT}, URL schemes`,
} as const satisfies Rule;

export const inner = {
  id: 'url.inner-internal-address',
  type: 'ssrf',
  severity: 'high',
  sees: 'an internal address in a parameter of a proxy, redirector or image service',
  positive: { tool: 'http_get', arguments: { url: 'https://proxy.example.com/fetch?u=http%3A%2F%2F127.0.0.1%3A2375%2Finfo' } },
  nearMiss: { tool: 'http_get', arguments: { url: 'https://auth.example.com/authorize?redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback' } },
  source: `${PATT}, Bypass using an open redirect`,
} as const satisfies Rule;

export const embedded = {
  id: 'url.embedded-internal-address',
  type: 'ssrf',
  severity: 'high',
  sees: 'a page, image or style in a document to be rendered that is loaded from an internal address',
  positive: { tool: 'convert_to_pdf', arguments: { html: '<iframe src="http://127.0.0.1:10250/pods"></iframe>' } },
  nearMiss: { tool: 'convert_to_pdf', arguments: { html: '<img src="https://cdn.example.com/127.0.0.1.png">' } },
  source: `${PATT}, SSRF in PDF generators`,
} as const satisfies Rule;
