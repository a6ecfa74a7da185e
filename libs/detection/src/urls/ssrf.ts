import type { Analyser, Rule, View } from '../rule.ts';
import { gravest } from './gravest.ts';
import { judge } from './judge.ts';
import * as rules from './ssrf-rules.ts';
import { type Target, targetsOf } from './target.ts';

const MAX_URL = 2_048;

/** Addresses that tools are asked to fetch, and addresses inside their parameters. */
export const requested: Analyser = {
  name: 'urls.requested',
  roles: ['url', 'host'],
  literals: [],
  rules: Object.values(rules),
  analyse(view) {
    const { text, place, budget } = view;
    const end = Math.min(text.length, MAX_URL);
    budget.spend(2 * text.length);
    const rule = gravest(targetsOf(text, true).map((target) => judge(target, place)));
    if (rule) view.report(rule, 0, end);
    const query = text.indexOf('?');
    if (query >= 0 && query < end) inParameters(view, query, end);
    for (const match of text.matchAll(FURTHER)) {
      const [start, url] = [match.index + 1, match[1] ?? ''];
      budget.spend(8 * url.length + 40);
      const further = gravest(targetsOf(url, false).map((target) => judge(target, place)));
      if (further) view.report(further, start, start + url.length);
    }
  },
};

/** Some tools take several addresses in one text. */
const FURTHER = /[\s,;|](?=([a-z][a-z0-9+.-]{0,30}:[/\\]{2}[^\s,;|]{1,512}))/gi;

/** `?u=http%3A%2F%2F127.0.0.1`: a development server is a usual `redirect_uri`; a bare loopback address is not worth more than a look. */
function inParameters({ text, place, report }: View, query: number, end: number): void {
  const parameter = /[?&;]([^=&]{0,60})=((?:[a-z][a-z0-9+]{1,9}(?::|%(?:25)?3a))?(?:\/|%(?:25)?2f|%5c|\\){2}[^&]{1,500})/gi;
  parameter.lastIndex = query;
  for (let match = parameter.exec(text); match && match.index < end; match = parameter.exec(text)) {
    const url = (match[2] ?? '').replace(/%25/g, '%').replace(/%([2-7][0-9a-f])/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
    const rule = gravest(targetsOf(url, false).map((target) => judge(target, place)));
    if (rule === rules.metadata) report(rules.metadata, match.index, match.index + match[0].length);
    else if (rule?.severity === 'high' && !(rule === rules.loopback && /redirect|callback|return|next|continue/i.test(match[1] ?? ''))) report(rules.inner, match.index, match.index + match[0].length);
  }
}

/** Addresses in commands, programs, documents and values. Texts for people may name them. */
export const mentioned: Analyser = {
  name: 'urls.mentioned',
  roles: ['shell', 'powershell', 'cmd', 'code', 'path', 'value', 'markup', 'prose', 'address'],
  literals: ['://', '169.254.', 'metadata.google', '="//', "='//", '100.100.100.200', ':\\/\\/', 'http:'],
  rules: [],
  analyse(view) {
    const { text, place, hits, budget } = view;
    const running = /^(?:shell|powershell|cmd|code)$/.test(place.role);
    const whole = text.length <= MAX_URL && /^\s*\S+\s*$/.test(text) && place.role !== 'prose';
    let reached = 0;
    for (const hit of hits) {
      if (hit < reached) continue;
      const start = startOf(text, hit, reached);
      const url = /^[^\s"'`<>|(){},;]{1,512}/.exec(text.slice(start, hit + 512))?.[0] ?? '';
      budget.spend(2 * url.length + 40);
      reached = start + url.length + 1;
      if (running) inCommand(view, start, url);
      else if (whole) alone(view, start, url);
      else inDocument(view, start, url);
    }
  },
};

function startOf(text: string, hit: number, reached: number): number {
  let start = hit;
  const floor = Math.max(reached, hit - 24);
  while (start > floor && /[A-Za-z0-9+.:-]/.test(text[start - 1] ?? '')) start -= 1;
  return start;
}

function inCommand({ place, report }: View, start: number, url: string): void {
  const targets = targetsOf(url, true);
  if (targets.some(({ host }) => host.kind === 'metadata')) return report(place.file === '' ? rules.metadataCommand : rules.metadataWritten, start, start + url.length);
  if (targets.some((target) => target.scheme !== '' && /^(?:gopher|dict)$/.test(target.scheme) && target.host.kind !== 'public')) report(rules.scheme, start, start + url.length);
  else if (targets.some(({ scheme, host, confused }) => /^https?$/.test(scheme) && host.kind !== 'public' && confused)) report(rules.confused, start, start + url.length);
  else if (targets.some(({ scheme, host }) => /^https?$/.test(scheme) && host.kind === 'rebinding')) report(rules.rebinding, start, start + url.length);
}

function alone(view: View, start: number, url: string): void {
  const { place, report } = view;
  const rule = gravest(targetsOf(url, false).map((target) => judge(target, place)));
  // A value that names a server is a setting; only what no setting needs is told.
  if (rule && rule.severity !== 'low' && rule !== rules.serverSide && rule !== rules.loopback && rule !== rules.otherPort) report(rule, start, start + url.length);
  const query = url.indexOf('?');
  if (query >= 0) inParameters(view, start + query, start + url.length);
}

/** What makes a renderer fetch: attributes of tags, `url(…)`, `@import`, external entities, images of Markdown. */
const FETCHED =
  /(?:<(?:img|iframe|frame|script|link|object|embed|source|video|audio|image|use|input|base|portal|feimage|svg|track|body|table|td)\b[^<>]{0,160}?(?:src|href|data|poster|background|srcset)\s*=\s*["']?|url\(\s*["']?|@import\s+["']?|<!(?:entity|doctype)\b[^<>]{0,120}(?:system|public)\b[^<>]{0,80}["']|!\[[^\]]{0,60}\]\(|http-equiv=["']?refresh["']?[^<>]{0,60}url=|\blocation(?:\.href)?\s*=\s*\\?["']|\b(?:fetch|open|import|location\.(?:assign|replace))\(\s*\\?["'`]|<xsl:(?:include|import)[^<>]{0,40}["']|xi:include[^<>]{0,60}href=["']|schemalocation=["'])$/i;

function inDocument({ text, place, budget, report }: View, start: number, url: string): void {
  budget.spend(260);
  const before = text.slice(Math.max(0, start - 260), start);
  if (!FETCHED.test(before)) return;
  const targets = targetsOf(url, false);
  const found = gravest(targets.map((target) => judge(target, place)));
  if (!found || found.severity === 'low' || found.severity === 'medium') return;
  if (found === rules.loopback && !rendered(place.tool)) return;
  report(found === rules.metadata || disguisedTarget(targets) ? found : embeddedRule(found), start, start + url.length);
}

const rendered = (tool: string): boolean => /pdf|render|screenshot|convert|preview|image|print/i.test(tool);
const disguisedTarget = (targets: readonly Target[]): boolean => targets.some(({ confused, host }) => confused || host.disguised);
const embeddedRule = (found: Rule): Rule => (found === rules.scheme ? found : rules.embedded);
