import { read } from './deployment.ts';

/** A row of docs/operations/metrics.md. */
export type Metric = Readonly<{ name: string; type: string; labels: readonly string[] }>;

/** Prometheus's own. */
export const ofPrometheus: readonly string[] = ['up', 'ALERTS'];

/** All of docs/operations/metrics.md. */
export const metrics = documentedMetrics();

function documentedMetrics(): readonly Metric[] {
  return [...read('docs/operations/metrics.md').matchAll(/^\| `(\w+)` \| (\w+)[^|]*\|([^|]*)\|/gm)].map(([, name = '', type = '', labels = '']) => ({ name, type, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label) }));
}

/** A histogram by any of the three names that Prometheus gives it. */
export function metricOf(name: string): Metric | undefined {
  const found = metrics.find((metric) => metric.name === name);
  if (found !== undefined) return found.type === 'histogram' ? undefined : found;
  const histogram = metrics.find((metric) => metric.type === 'histogram' && metric.name === name.replace(/_(bucket|sum|count)$/, ''));
  return histogram === undefined ? undefined : { ...histogram, labels: [...histogram.labels, 'le'] };
}

/** The metrics that an expression asks for, unknown words included. */
export function metricNames(expr: string): readonly string[] {
  const bare = expr.replaceAll(/"[^"]*"/g, '').replaceAll(/\{[^}]*\}/g, '').replaceAll(/\b(by|on|without|ignoring|group_left) ?\([^)]*\)/g, '');
  const names = [...bare.matchAll(/\b[A-Za-z_]\w*\b(?!\s*\()/g)].map(([name]) => name);
  return names.filter((name) => !['or', 'and', 'unless', 'offset'].includes(name) && !/__/.test(name));
}

/** Labels that are matched or kept, with the metric that must have them. */
export function labelledMetrics(expr: string): readonly Readonly<{ name: string; labels: readonly string[] }>[] {
  const matched = [...expr.matchAll(/(\w+)\{([^}]*)\}/g)].map(([, name = '', matchers = '']) => ({ name, labels: [...matchers.matchAll(/(\w+) ?(?:=~|!~|!=|=)/g)].map(([, label = '']) => label) }));
  const kept = [...expr.matchAll(/by \(([^)]*)\) ?\((?:\w+\()?(\w+)/g)].map(([, labels = '', name = '']) => ({ name, labels: labels.split(/, ?/) }));
  return [...matched, ...kept.filter(({ name }) => metricOf(name) !== undefined)];
}
