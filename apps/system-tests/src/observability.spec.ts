import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { compose, composeService, core, read, readYaml, root } from './deployment.ts';
import { labelledMetrics, metricNames, metricOf, metrics, ofPrometheus } from './prometheus-questions.ts';

type Alarm = Readonly<{ alert: string; expr: string; labels: Readonly<Record<string, string>>; annotations: Readonly<{ summary: string; runbook: string }> }>;
type Panel = Readonly<{
  type: string;
  title: string;
  datasource?: Readonly<{ uid: string }>;
  gridPos: Readonly<{ x: number; y: number; w: number; h: number }>;
  fieldConfig?: Readonly<{ defaults: Readonly<{ unit: string }> }>;
  targets?: readonly Readonly<{ expr: string; datasource: Readonly<{ uid: string }> }>[];
}>;

const { groups } = readYaml('deploy/prometheus/alarms.yml') as Readonly<{ groups: readonly Readonly<{ rules: readonly Alarm[] }>[] }>;
const alarms = groups.flatMap(({ rules }) => rules);
const board = JSON.parse(read('deploy/grafana/dashboards/holdpoint.json')) as Readonly<{ uid: string; panels: readonly Panel[]; annotations: Readonly<{ list: readonly Readonly<{ expr: string }>[] }> }>;
const panels = board.panels.filter(({ type }) => type !== 'row');
const asked = [
  ...alarms.map(({ alert, expr }) => ({ by: alert, expr })),
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ by: title, expr }))),
  ...board.annotations.list.map(({ expr }) => ({ by: 'annotations', expr })),
];

describe('what Prometheus is asked', () => {
  it.each(asked)('$by: $expr', ({ expr }) => {
    const names = metricNames(expr);
    expect(names).not.toEqual([]);
    expect(names.filter((name) => metricOf(name) === undefined && !ofPrometheus.includes(name))).toEqual([]);
    for (const { name, labels } of labelledMetrics(expr)) {
      const known = ofPrometheus.includes(name) ? ['alertstate', 'alertname'] : (metricOf(name)?.labels ?? []);
      expect({ name, unknown: labels.filter((label) => ![...known, 'job', 'instance'].includes(label)) }).toEqual({ name, unknown: [] });
    }
  });

  it('names only jobs that are scraped', () => {
    const jobs = asked.flatMap(({ expr }) => [...expr.matchAll(/job!?=~?"([^"]+)"/g)].flatMap(([, names = '']) => names.split('|')));
    expect(jobs.length).toBeGreaterThan(0);
    expect(jobs.filter((job) => !scraped().some(({ job_name: name }) => name === job))).toEqual([]);
  });

  it('takes one reading of a fact that replicas share, never their sum', () => {
    const shared = new Set([...read('docs/operations/metrics.md').matchAll(/^\| `(\w+)` \| gauge, shared/gm)].map(([, name]) => name));
    expect(shared.size).toBeGreaterThan(5);
    const summed = asked.filter(({ expr }) => [...expr.matchAll(/sum(?: by \([^)]*\))? ?\((\w+)/g)].some(([, name = '']) => shared.has(name)));
    expect(summed).toEqual([]);
  });

  it('asks for rates and increases of counters and histograms, and never for those of gauges', () => {
    for (const { by, expr } of asked) {
      for (const [, name = ''] of expr.matchAll(/(?:rate|increase)\((\w+)/g)) expect({ by, name, type: metricOf(name)?.type }).toEqual({ by, name, type: expect.stringMatching(/^(counter|histogram)$/) });
      for (const [, name = ''] of expr.matchAll(/histogram_quantile\([\d.]+, sum by \(le\) \(rate\((\w+)/g)) expect(name).toMatch(/_bucket$/);
    }
  });
});

describe('docs/operations/metrics.md', () => {
  it('names what the services count and measure, all of it and nothing else', () => {
    const made = ['apps', 'libs'].flatMap((folder) => sources(folder)).flatMap((path) => read(path).match(/(?<=')(?:holdpoint|nodejs|process)_[a-z0-9_]+(?=')/g) ?? []);
    const documented = metrics.map(({ name, type }) => (type === 'counter' ? name.replace(/_total$/, '') : name));
    expect([...new Set(documented)].sort()).toEqual([...new Set(made)].sort());
  });
});

describe('deploy/prometheus/alarms.yml', () => {
  it('says for each alarm who must act, what is the matter, and where the page about it is', () => {
    expect(alarms.length).toBeGreaterThan(10);
    expect(new Set(alarms.map(({ alert }) => alert)).size).toBe(alarms.length);
    for (const { alert, labels, annotations } of alarms) {
      expect(alert).toMatch(/^Holdpoint[A-Z]\w+$/);
      expect(['page', 'ticket']).toContain(labels['severity']);
      expect(annotations.summary).not.toBe('');
      expect(annotations.runbook).toBe(`docs/operations/alarms.md#${alert.toLowerCase()}`);
    }
  });

  it('watches each service, the gateways’ readiness and everything that must not pile up', () => {
    const watched = new Set(alarms.flatMap(({ expr }) => metricNames(expr)));
    for (const { job_name: job } of scraped().filter(({ job_name: name }) => name !== 'otel-collector')) expect(alarms.find(({ alert }) => alert === 'HoldpointServiceMissing')?.expr).toContain(`absent(up{job="${job}"})`);
    for (const name of mustBeWatched) expect([...watched]).toContain(name);
  });

  it('has its page: a section for each alarm, in the same order, and none besides', () => {
    const sections = alarmPages();
    expect(sections.map(({ name }) => name)).toEqual(alarms.map(({ alert }) => alert));
    for (const { name, text } of sections) {
      expect({ name, text }).toEqual({ name, text: expect.stringMatching(/^`(page|ticket)` · [^]*\n\*\*Means:\*\* [^]*\n\*\*Users notice:\*\* [^]*\n\*\*Do:\*\*\n1\. /) });
      expect({ name, severity: /^`(\w+)`/.exec(text)?.[1] }).toEqual({ name, severity: alarms.find(({ alert }) => alert === name)?.labels['severity'] });
    }
  });
});

describe('the board', () => {
  it('has the rows that people look for', () => {
    expect(board.panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual(['Answers', 'People', 'Nothing is lost', 'Freshness', 'Process']);
  });

  it('asks the data source that is provisioned', () => {
    const { datasources } = readYaml('deploy/grafana/provisioning/datasources/holdpoint.yaml') as { datasources: readonly { uid: string; type: string; url: string }[] };
    const uids = datasources.filter(({ type }) => type === 'prometheus').map(({ uid }) => uid);
    for (const { title, datasource, targets = [] } of panels) {
      expect({ title, targets: targets.length }).not.toEqual({ title, targets: 0 });
      for (const one of [datasource, ...targets.map((target) => target.datasource)]) expect(uids).toContain(one?.uid);
    }
    for (const { url } of datasources) expect(Object.keys(compose.services)).toContain(new URL(url).hostname);
  });

  it.each(panels.map((panel) => [panel.title, panel] as const))('%s has the unit of what it shows', (_title, { fieldConfig, targets = [] }) => {
    for (const { expr } of targets) expect({ expr, unit: unitOf(expr) }).toEqual({ expr, unit: expect.arrayContaining([fieldConfig?.defaults.unit]) });
  });

  it('lays its panels side by side', () => {
    const cells = board.panels.flatMap(({ gridPos: { x, y, w, h } }) => Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`));
    expect(new Set(cells).size).toBe(cells.length);
    for (const { gridPos } of board.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });

  it('is what Grafana finds: provisioned from the folder that compose mounts, and shown first', () => {
    const { providers } = readYaml('deploy/grafana/provisioning/dashboards/holdpoint.yaml') as { providers: readonly { options: { path: string } }[] };
    const mounts = (composeService('grafana').volumes ?? []).map((volume) => volume.split(':'));
    expect(providers.map(({ options }) => mounts.find(([, target]) => target === options.path)?.[0])).toEqual(['./deploy/grafana/dashboards']);
    expect(mounts).toContainEqual(['./deploy/grafana/provisioning', '/etc/grafana/provisioning', 'ro']);
    expect(composeService('grafana').environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH']).toBe(`${providers[0]?.options.path ?? ''}/${readdirSync(new URL('../../../deploy/grafana/dashboards', import.meta.url))[0] ?? ''}`);
  });
});

describe('prometheus.yml', () => {
  it('scrapes every service where compose lets it show its metrics', () => {
    const targets = scraped().flatMap(({ dns_sd_configs: found = [] }) => found.map(({ names, port }) => [names[0], port]));
    const shown = core
      .filter(([, { build }]) => build !== undefined)
      .flatMap(([name, { environment = {} }]) => {
        const port = Object.entries(environment).find(([variable]) => variable.startsWith('HOLDPOINT_METRICS_PORT_'))?.[1] ?? environment['HOLDPOINT_PORT'];
        return port === undefined ? [] : [[name, Number(port)]];
      });
    expect(targets.toSorted()).toEqual(shown.toSorted());
    for (const [name] of shown) expect(composeService(String(name)).networks.filter((network) => composeService('prometheus').networks.includes(network))).not.toEqual([]);
  });

  it('gives each job the name of its service, and asks the name service again and again', () => {
    for (const { job_name: job, dns_sd_configs: found = [], static_configs: fixed = [] } of scraped()) {
      for (const { names, type, refresh_interval: every } of found) expect({ names, type, every }).toEqual({ names: [job], type: 'A', every: '10s' });
      for (const { targets } of fixed) for (const target of targets) expect(Object.keys(compose.services)).toContain(target.split(':')[0]);
    }
  });

  it('reads the alarms', () => {
    expect((readYaml('deploy/prometheus/prometheus.yml') as { rule_files: readonly string[] }).rule_files).toEqual(['alarms.yml']);
    expect(composeService('prometheus').volumes).toContain('./deploy/prometheus:/etc/prometheus:ro');
    expect(composeService('prometheus').command).toContain('--config.file=/etc/prometheus/prometheus.yml');
  });
});

describe('the way of a trace', () => {
  type Otel = Readonly<{ receivers: { otlp: { protocols: Record<string, { endpoint: string }> } }; exporters: Record<string, { endpoint?: string } | null>; service: { pipelines: { traces: { receivers: string[]; processors: string[]; exporters: string[] } } }; processors: object }>;

  it.each(['deploy/otel-collector/config.yaml', 'deploy/jaeger/config.yaml'])('%s uses the parts that it sets up, and no others', (file) => {
    const { receivers, processors, exporters, service } = readYaml(file) as Otel;
    expect(service.pipelines.traces).toEqual({ receivers: Object.keys(receivers), processors: Object.keys(processors), exporters: Object.keys(exporters) });
  });

  it('goes on from the collector to the trace store, which Grafana asks', () => {
    const collector = readYaml('deploy/otel-collector/config.yaml') as Otel;
    const store = readYaml('deploy/jaeger/config.yaml') as Otel & { extensions: { jaeger_query: { http: { endpoint: string } }; healthcheckv2: { http: { endpoint: string } } } };
    const { hostname, port } = new URL(collector.exporters['otlp_http']?.endpoint ?? '');
    expect([hostname, port]).toEqual(['jaeger', store.receivers.otlp.protocols['http']?.endpoint.split(':')[1]]);
    expect(read('deploy/grafana/provisioning/datasources/holdpoint.yaml')).toContain(`url: http://jaeger:${store.extensions.jaeger_query.http.endpoint.split(':')[1] ?? ''}\n`);
    expect(composeService('jaeger').healthcheck?.test?.at(-1)).toBe(`http://127.0.0.1:${store.extensions.healthcheckv2.http.endpoint.split(':')[1] ?? ''}/status`);
  });

  it('is mounted where each program looks', () => {
    for (const name of ['otel-collector', 'jaeger']) {
      const [, target] = composeService(name).volumes?.[0]?.split(':') ?? [];
      expect(composeService(name).command).toEqual([`--config=${target ?? ''}`]);
    }
  });
});

const mustBeWatched = [
  'holdpoint_ready', 'holdpoint_approvals_oldest_pending_seconds', 'holdpoint_decision_log_lag', 'holdpoint_decision_log_lag_seconds', 'holdpoint_outbox_oldest_seconds', 'holdpoint_tool_calls_lag',
  'holdpoint_event_calls_unfinished', 'holdpoint_dead_letters_total', 'holdpoint_lease_overdue_seconds', 'holdpoint_key_store_age_seconds', 'holdpoint_calls_not_judged_total', 'holdpoint_webhook_deliveries_total',
  'holdpoint_decision_log_default_rows', 'holdpoint_rate_limit_checks_total', 'holdpoint_rate_limit_full_policies',
]; // prettier-ignore

/** Grafana's names for what an expression yields. */
function unitOf(expr: string): readonly string[] {
  if (/^60 \* sum.*\(rate\(\w+_total/.test(expr)) return ['cpm'];
  if (/^histogram_quantile/.test(expr)) return /_seconds_bucket/.test(expr) ? ['s'] : ['short'];
  if (/^sum[^/]*\(rate\(holdpoint_(http|nats)_request\w+_count/.test(expr)) return ['reqps'];
  if (/^sum[^/]*\(rate\(process_cpu_seconds_total/.test(expr)) return ['short'];
  if (/^sum[^/]*\(rate\(\w+_(total|count)/.test(expr)) return /\/ sum/.test(expr) ? ['short'] : ['cps'];
  if (/^time\(\) - /.test(expr)) return ['s'];
  if (/^(count|sum) ?(by \(\w+\) )?\(rate/.test(expr)) return ['short'];
  const [name = ''] = metricNames(expr);
  if (/^(max|sum|min)\b/.test(expr) && name.endsWith('_seconds')) return ['s'];
  if (/^(max|sum|min)\b/.test(expr) && name.endsWith('_bytes')) return ['bytes'];
  return ['short', 'none'];
}

/** What is built, without tests and the benchmark. */
function sources(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((found) => {
    const path = `${folder}/${found.name}`;
    if (found.isDirectory()) return ['node_modules', 'dist', 'bench', 'system-tests', 'test-kit'].includes(found.name) ? [] : sources(path);
    return /\.ts$/.test(path) && !/\.spec\.ts$/.test(path) ? [path] : [];
  });
}

type Scraped = Readonly<{ job_name: string; dns_sd_configs?: readonly { names: readonly string[]; type: string; port: number; refresh_interval: string }[]; static_configs?: readonly { targets: readonly string[] }[] }>;

function scraped(): readonly Scraped[] {
  return (readYaml('deploy/prometheus/prometheus.yml') as { scrape_configs: readonly Scraped[] }).scrape_configs;
}

function alarmPages(): readonly Readonly<{ name: string; text: string }>[] {
  return read('docs/operations/alarms.md')
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [name = '', ...lines] = section.split('\n');
      return { name, text: lines.join('\n') };
    });
}
