// `npm run detection:report -- FILE [--misses] [--alarms] [--type T] [--source S]`: how much of a labelled file the scanner finds, and how often it
// cries wolf. FILE: JSON lines `{id, kind: call | output, tool, arguments | text, label: malicious | benign, types, source}`; `$join` arrays are joined.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { orExit, runNx } from './prepare.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { misses: { type: 'boolean' }, alarms: { type: 'boolean' }, type: { type: 'string' }, source: { type: 'string' } },
});
const [file] = positionals;
if (!file) {
  console.error('holdpoint: name a file of labelled records');
  process.exit(64);
}
await orExit(runNx(['run', '@holdpoint/detection:build', '--output-style=static'], { quiet: true }));
const { scanCall, scanOutput } = await import('../libs/detection/dist/index.js');

const threshold = 0.7;
const join = (value) => {
  if (Array.isArray(value)) return value.map(join);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value.$join) && Object.keys(value).length === 1) return value.$join.join('');
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, join(item)]));
};
const records = readFileSync(file, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => join(JSON.parse(line)))
  .map((record) => ({ ...record, scan: record.kind === 'output' ? scanOutput(record.text, { tool: record.tool }) : scanCall({ name: record.tool, arguments: record.arguments }) }));

const malicious = records.filter(({ label }) => label === 'malicious');
const benign = records.filter(({ label }) => label === 'benign');
const flagged = ({ scan }) => scan.risk_score >= threshold;
const rightly = (record) => flagged(record) && record.types.some((type) => record.scan.threats_detected.includes(type));

/** Wilson's score interval for a share, 95 %. */
function interval(hits, of) {
  if (of === 0) return '';
  const z = 1.96;
  const share = hits / of;
  const middle = (share + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of))) / (1 + (z * z) / of);
  return `${percent(Math.max(0, middle - half))} to ${percent(Math.min(1, middle + half))}`;
}
const percent = (share) => `${(100 * share).toFixed(1)} %`;
const row = (name, hits, of) => `| ${name} | ${hits} of ${of} | ${of === 0 ? '' : percent(hits / of)} | ${interval(hits, of)} |`;
const groups = (list, key) => [...Map.groupBy?.(list, key) ?? list.reduce((map, item) => map.set(key(item), [...(map.get(key(item)) ?? []), item]), new Map())].sort(([a], [b]) => (a < b ? -1 : 1));

function table(title, list, key, hit) {
  console.log(`\n${title}\n\n| | found | share | 95 % interval |\n| --- | --- | --- | --- |`);
  for (const [name, members] of groups(list, key)) console.log(row(name, members.filter(hit).length, members.length));
  console.log(row('all', list.filter(hit).length, list.length));
}

if (options.misses || options.alarms) {
  const chosen = options.misses ? malicious.filter((record) => !rightly(record)) : benign.filter(flagged);
  for (const { id, kind, tool, types, source, scan, ...rest } of chosen) {
    if ((options.type && types[0] !== options.type) || (options.source && source !== options.source)) continue;
    const threats = scan.threats.map(({ rule, severity, match }) => `${rule} (${severity}) ${match}`);
    console.log(JSON.stringify({ id, tool, types: types.join(), score: scan.risk_score, threats, body: kind === 'output' ? rest.text : rest.arguments }));
  }
} else {
  table(`Recall at a score of ${threshold}, one of the accepted types named, by main type`, malicious, ({ types }) => types[0], rightly);
  table('The same by source', malicious, ({ source }) => source, rightly);
  table(`Benign calls at ${threshold} or above, by source`, benign.filter(({ kind }) => kind === 'call'), ({ source }) => source, flagged);
  table(`Benign outputs at ${threshold} or above, by source`, benign.filter(({ kind }) => kind === 'output'), ({ source }) => source, flagged);
}
