import type { PatternRule } from '../rule.ts';

/** Tricks in URLs that do not depend on where they lead. */
export const specialUrls: readonly PatternRule[] = [
  {
    id: 'url.header-injection',
    type: 'ssrf',
    severity: 'high',
    sees: 'line breaks in a URL or host that smuggle headers or commands of another protocol into the request',
    positive: { tool: 'http_get', arguments: { url: 'https://example.com/x%0d%0aHost:%20internal' } },
    nearMiss: { tool: 'http_get', arguments: { url: 'https://example.com/search?q=first%0Asecond' } },
    source: 'CWE-93; PayloadsAllTheThings, CRLF Injection',
    roles: ['url', 'host', 'value', 'path', 'address'],
    literals: ['%0d', '%0a', '%e5%98', '\r\n', '\\r\\n'],
    pattern: /(?:%0d(?:%0a)?|%0a|%(?:25)0[ad]|%e5%98%8[ad]|\r\n|\\r\\n){1,4}(?:%20|%09|[ \t+])*(?:[A-Za-z][A-Za-z-]{2,40}(?::|%3a)(?:%20|[ +\w<%])|(?:get|post|put|delete|head|set|config|flushall|slaveof|eval|stats|quit|save|helo|ehlo|mail|rcpt|data|auth|keys|info)\b(?:%20|[ +%/]|$)|<(?:script|svg|img))/i,
    before: 4,
    accepts: ({ 0: match }, { place, text }) => (place.role === 'value' ? /^(?:%|\\r)/.test(match) && !/\s/.test(text.slice(0, 200)) : true),
  },
  {
    id: 'url.container-socket',
    type: 'ssrf',
    severity: 'high',
    sees: "an address of a container engine's socket, which commands the whole machine",
    positive: { tool: 'fetch_url', arguments: { url: 'http+unix://%2Fvar%2Frun%2Fdocker.sock/containers/json' } },
    nearMiss: { tool: 'fetch_url', arguments: { url: 'https://docs.example.com/engine/docker.sock' } },
    source: 'ATT&CK T1610',
    roles: ['url', 'host'],
    literals: ['docker.sock', 'containerd.sock', 'podman.sock', 'crio.sock'],
    pattern: /^\s*(?:https?\+)?unix:[^\s?#]{0,120}(?:docker|containerd|podman|crio)\.sock/i,
    before: 160,
  },
];
