import { type Host, hostOf } from './host.ts';

/** Where a request would go. */
export type Target = Readonly<{
  scheme: string;
  host: Host;
  /** The host as written, lower-case. */
  name: string;
  /** Empty: the scheme's. */
  port: string;
  /** Path and query, decoded once, lower-case. */
  path: string;
  /** Parsers disagree about the host: a user name that looks like one, backslashes, several `@`, no slashes. */
  confused: boolean;
}>;

const MAX_URL = 2_048;
const HIERARCHICAL = /^(?:https?|wss?|ftps?)$/;

/**
 * Every host a URL may lead to, as browsers read it and as RFC 3986 does where they differ. `bare`: a text without scheme counts (`localhost/x`).
 * Empty: it names no host.
 */
export function targetsOf(written: string, bare: boolean): readonly Target[] {
  const url = unescaped(withoutRest(written).replace(/[\t\r\n]/g, ''));
  const nested = /^(?:url|jar|view-source|feed|blob|filesystem|zip|netdoc)(?::|%3a)(?=[a-z])/i.exec(url)?.[0] ?? '';
  const inner = url.slice(nested.length);
  const scheme = /^[a-z][a-z0-9+.-]{0,30}(?=:)/i.exec(inner)?.[0].toLowerCase() ?? '';
  const named = scheme !== '' && !/^:\d{1,5}(?:[/?#]|$)/.test(inner.slice(scheme.length));
  if (!named) {
    if (inner.startsWith('//') || inner.startsWith('\\\\')) return hostsIn('', inner.replace(/^[/\\]+/, ''), false);
    return bare ? hostsIn('', inner, false) : [];
  }
  const rest = inner.slice(scheme.length + 1);
  const slashes = /^[/\\]*/.exec(rest)?.[0] ?? '';
  if (!HIERARCHICAL.test(scheme)) return slashes.startsWith('//') ? hostsIn(scheme, rest.slice(2), false) : [];
  return hostsIn(scheme, rest.slice(slashes.length), slashes !== '//');
}

/** As much of an address as names its host. A user name may be longer than any address: of that the end is enough. */
function withoutRest(written: string): string {
  const url = written.replace(/^[\0- ]+/, '');
  if (url.length <= MAX_URL) return url;
  const scheme = /^[a-z][a-z0-9+.-]{0,30}:[/\\]*/i.exec(url)?.[0] ?? '';
  const length = url.slice(scheme.length).search(/[/\\?#]/);
  const authority = url.slice(scheme.length, length < 0 ? url.length : scheme.length + length);
  const from = authority.length > MAX_URL / 2 ? Math.max(0, authority.lastIndexOf('@')) : 0;
  return (scheme + url.slice(scheme.length + from)).slice(0, MAX_URL);
}

/** `\l\o\c\a\l…`: escapes of letters that need none. */
const unescaped = (url: string): string => (/:\/\/(?:\\+[a-z0-9.]){4}/i.test(url) ? url.replace(/\\+(?=[a-z0-9.])/gi, '') : url);

function hostsIn(scheme: string, rest: string, slashesOdd: boolean): readonly Target[] {
  const browser = /^[^/\\?#\s"'<>]*/.exec(rest)?.[0] ?? '';
  const strict = /^[^/?#\s"'<>]*/.exec(rest)?.[0] ?? '';
  const odd = slashesOdd || strict.includes('\\') || browser.split('@').length > 2 || /^[^/?\s]{1,80}#[^/\s]*@/.test(rest);
  const path = pathOf(rest.slice(browser.length));
  const target = targetOf(scheme, browser, path, odd);
  const afterHash = /^[^/?\s#]{0,120}#[^/\s]{0,80}@([^/\s?#]{1,120})/.exec(rest)?.[1];
  const parts = browser.split('@');
  const middle = parts.length > 2 ? parts.slice(1, -1).slice(0, 4) : [];
  const others = [...middle, ...(strict !== browser && strict.includes('@') ? [strict] : afterHash === undefined ? [] : [afterHash])];
  return [target, ...others.map((authority) => targetOf(scheme, authority, path, true))];
}

function targetOf(scheme: string, authority: string, path: string, odd: boolean): Target {
  const at = authority.lastIndexOf('@');
  const user = at < 0 ? '' : authority.slice(0, at);
  const [, written = '', port = ''] = /^(\[[^\]]*\]|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}|[^:]*)(?::(\d{0,5}))?/i.exec(authority.slice(at + 1)) ?? [];
  return { scheme, host: hostOf(written), name: written.toLowerCase(), port, path, confused: odd || /^[\w-]+(?:\.[\w-]+)+(?::\d{0,5})?$/.test(user) };
}

function pathOf(text: string): string {
  const path = /^[^\s"'<>]{0,300}/.exec(text)?.[0] ?? '';
  return path.replace(/%([0-7][0-9a-f])/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))).toLowerCase();
}
