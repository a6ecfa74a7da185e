import { allRules, incompleteRule, type Example, type Rule } from '@holdpoint/detection';

const maxExampleLength = 160;

/** Several detectors may tell one rule. */
const distinct = (rules: readonly Rule[]): Rule[] => [...new Map(rules.map((rule) => [rule.id, rule])).values()];

/** `docs/detection-rules.md`: every rule of the scanner, by subject. */
export function rulesPage(told: readonly Rule[] = allRules): string {
  const rules = distinct(told);
  const bySubject = new Map<string, Rule[]>();
  for (const rule of rules.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const [subject = ''] = rule.id.split('.');
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), rule]);
  }
  const sections = [...bySubject].map(([subject, ofSubject]) => `## ${subject}\n\n${tableHead}\n${ofSubject.map(row).join('\n')}\n`);
  return [
    '# Detection rules',
    '',
    '<!-- Written by `node tools/generate-detection-rules.mjs`; a test fails while it is behind the rules. -->',
    '',
    `The scanner has ${rules.length} rules. What they stand on, how their findings become a score, and what they miss: [detection.md](detection.md). Each must fire on its example and`,
    'stay silent on what looks alike; a test holds every rule to both. Long examples, and what could be taken for a real secret, are cut with `…`.',
    '',
    `Besides, \`${incompleteRule.id}\` (\`${incompleteRule.type}\`, ${incompleteRule.severity}) stands for ${incompleteRule.sees}.`,
    '',
    ...sections,
  ].join('\n');
}

const tableHead = '| rule | type | severity | sees | caught | looks alike, passes | from |\n| --- | --- | --- | --- | --- | --- | --- |';

function row({ id, type, severity, sees, positive, nearMiss, source = '' }: Rule): string {
  return `| ${[code(id), code(type), severity, inCell(sees), shown(positive, type), shown(nearMiss, type), inCell(source)].join(' | ')} |`;
}

function shown(example: Example, type: Rule['type']): string {
  const text = 'output' in example ? JSON.stringify(example.output) : JSON.stringify(example.arguments);
  const sample = code(cut(type === 'credential_exposure' ? withoutSecrets(text) : text));
  if ('output' in example) return `output${example.tool === undefined ? '' : ` of ${code(example.tool)}`}: ${sample}`;
  return `${code(example.tool)} ${sample}`;
}

/** A page with whole keys in it would set off every scanner for secrets that reads the repository. */
function withoutSecrets(text: string): string {
  return text.replace(/(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{8}[A-Za-z0-9+/_.-]{8,}/g, (all) => (/\d/.test(all) && /[A-Za-z]/.test(all) ? `${all.slice(0, 8)}…` : all));
}

const cut = (text: string): string => (text.length <= maxExampleLength ? text : `${text.slice(0, maxExampleLength).replace(/[\ud800-\udbff]$/, '')}…`);

/** As a code span: what cannot be seen is spelled out. */
function code(text: string): string {
  const visible = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u00a0]/gu, (one) => `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
  const longest = Math.max(0, ...[...visible.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const room = longest > 0 ? ' ' : '';
  return `${fence}${room}${visible.replaceAll('|', '\\|')}${room}${fence}`;
}

const inCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
