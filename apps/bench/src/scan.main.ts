import { scanCall, scanOutput } from '@holdpoint/detection';
import { hostileTexts } from '@holdpoint/detection/testing';

/**
 * `npm run bench:scan`: what a scan costs, beside writing the same call as JSON; then how the cost grows with the size, on text that was made to be costly.
 * Where others use the machine too, the fastest tenth of short slices tells what a core does by itself: the median falls for scans and JSON alike.
 */
const roundMs = 700;
const rounds = 5;
/** Short enough that some have the core to themselves on a machine that is shared. */
const sliceMs = 20;

type Subject = Readonly<{ name: string; wanted?: number; bytes: number; run: () => unknown }>;

const prose = [
  'The customer asked us to move the delivery to Thursday, because the office will be closed; see ticket 4711 for what was agreed. ',
  'Our second warehouse opens in March, so orders from the north leave a day earlier than before. ',
  'Please find the minutes attached. Anna will talk to the supplier, Ben looks after the labels, and we meet again next Tuesday at ten. ',
  'In the third quarter revenue grew by 4.2 percent, mostly from repeat orders; returns stayed at the level of last year. ',
  'The new release reads settings from one file, starts twice as fast, and no longer needs a restart when the certificate changes. ',
  'A short walk along the river leads to the museum; on Mondays it is closed, on Fridays it stays open until nine. ',
  'If the pump does not start, check the fuse first, then the float switch, and call the hotline if neither helps. ',
  'We compared three vendors: the first is cheap but slow, the second has no support at weekends, the third fits. ',
].join('\n');
const code = [
  'export async function listOrders(db: Database, customer: string, limit = 50): Promise<readonly Order[]> {\n  const rows = await db.query(selectOrders, [customer, limit]);\n  return rows.map(orderOf).filter((order) => order.total > 0);\n}\n\n',
  'const rates: Readonly<Record<string, number>> = { EUR: 1, USD: 1.09, GBP: 0.86 };\n\n/** Throws on an unknown currency. */\nexport function inEuro(amount: number, currency: string): number {\n  const rate = rates[currency];\n  if (rate === undefined) throw new RangeError(`no rate for ${currency}`);\n  return Math.round((amount / rate) * 100) / 100;\n}\n\n',
  "describe('an order', () => {\n  it.each([\n    ['open', true],\n    ['shipped', false],\n  ])('%s can be cancelled: %s', (status, wanted) => {\n    expect(canCancel({ ...order, status })).toBe(wanted);\n  });\n});\n\n",
  'class Cart {\n  private readonly items = new Map<string, number>();\n\n  add(sku: string, count = 1): this {\n    this.items.set(sku, (this.items.get(sku) ?? 0) + count);\n    return this;\n  }\n}\n\n',
].join('');
/** As calls come from the wire: one piece of memory, not a view of another text. */
const received = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const repeated = (text: string, length: number): string => text.repeat(Math.ceil(length / text.length)).slice(0, length);

const small = received([
  { name: 'update_ticket', arguments: { ticket_id: 'T-20931', status: 'waiting', title: 'Delivery on Thursday', body: prose.slice(0, 250), tags: ['delivery', 'vip'], assignee: 'support' } },
  { name: 'execute_shell', arguments: { command: `cd services/orders && npm run build && npx jest --runInBand src/orders src/invoices 2>&1 | tail -n 40 > build.log; ${repeated('git diff --stat main -- src/orders/list-orders.ts src/orders/order.ts; ', 260)}`, cwd: '/workspace/shop' } },
  { name: 'run_sql', arguments: { query: `SELECT o.id, o.total, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.created_at >= now() - interval '7 days' AND o.status IN ('open', 'paid') AND c.country = 'DE' ${repeated("AND o.channel <> 'test' ", 170)}ORDER BY o.total DESC LIMIT 50`, database: 'shop' } },
]);
const large = received({ name: 'write_file', arguments: { path: 'src/orders/list-orders.ts', content: repeated(code, 16 * 1_024) } });
const page = received(repeated(prose, 16 * 1_024));
const bytesOf = (value: unknown): number => JSON.stringify(value).length;

const subjects: readonly Subject[] = [
  ...small.map((call): Subject => ({ name: `call, ${call.name}`, wanted: 40_000, bytes: bytesOf(call.arguments), run: () => scanCall(call) })),
  ...small.slice(0, 1).map((call): Subject => ({ name: `the same as JSON, ${call.name}`, bytes: bytesOf(call.arguments), run: () => JSON.stringify(call) })),
  { name: 'call with 16 KiB of code', wanted: 4_000, bytes: bytesOf(large.arguments), run: () => scanCall(large) },
  { name: 'output, 16 KiB of prose', wanted: 4_000, bytes: page.length, run: () => scanOutput(page) },
  { name: 'the 16 KiB call as JSON', bytes: bytesOf(large.arguments), run: () => JSON.stringify(large) },
];

/** Runs a second, of each slice of a round. */
function rates({ run }: Subject): readonly number[] {
  const until = performance.now() + roundMs;
  const found: number[] = [];
  for (let startedAt = performance.now(); startedAt < until; ) {
    let runs = 0;
    let now = startedAt;
    while (now < startedAt + sliceMs) {
      for (let turn = 0; turn < 4; turn += 1) run();
      runs += 4;
      now = performance.now();
    }
    found.push((runs / (now - startedAt)) * 1_000);
    startedAt = now;
  }
  return found;
}

const write = (line: string): void => void process.stdout.write(`${line}\n`);
const fastest = (sorted: readonly number[], part: number): number => sorted[Math.floor(sorted.length * part)] ?? 0;

for (const subject of subjects) rates(subject);
write('| scans/s on one core | bytes | fastest tenth of slices | median | wanted |\n| --- | --- | --- | --- | --- |');
const all = new Map<Subject, number[]>(subjects.map((subject) => [subject, []]));
for (let round = 0; round < rounds; round += 1) for (const subject of subjects) all.get(subject)?.push(...rates(subject));
for (const [{ name, bytes, wanted }, found] of all) {
  const sorted = found.toSorted((a, b) => b - a);
  const [alone, median] = [fastest(sorted, 0.1), fastest(sorted, 0.5)];
  write(`| ${name} | ${bytes} | ${Math.round(alone)} | ${Math.round(median)} | ${wanted === undefined ? '' : `${wanted} ${median >= wanted ? 'met' : alone >= wanted ? 'met alone' : 'NOT met'}`} |`);
}

write('\n| ms for one scan of a text made to be costly | 16 KiB | 128 KiB | 1 MiB |\n| --- | --- | --- | --- |');
for (const [name, textOf] of hostileTexts) {
  const times = [16, 128, 1_024].map((kib) => {
    const text = textOf(kib * 1_024);
    const readings = [() => scanCall({ name: 'execute_shell', arguments: { command: text } }), () => scanCall({ name: 'db_query', arguments: { sql: text } }), () => scanCall({ name: 'search', arguments: { query: text } }), () => scanOutput(text)];
    return Math.max(...readings.map((read) => {
      const startedAt = performance.now();
      read();
      return performance.now() - startedAt;
    }));
  });
  write(`| ${name} | ${times.map((ms) => ms.toFixed(1)).join(' | ')} |`);
}
