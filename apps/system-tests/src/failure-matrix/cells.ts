/** Where a question comes from: HTTP and NATS are answered, an event is decided when it can be. */
export type Origin = 'HTTP' | 'NATS' | 'event';
export type Mode = 'closed' | 'open';
/** `plain`: policies allow it. `sensitive`: policies send it to a person. `limited`: policies limit how often it is made, and allow it. */
export type Call = 'plain' | 'sensitive' | 'limited';

/** What an asker hears; of an event: that it waits. */
export type Wanted =
  | Readonly<{ action: 'block' | 'warn'; code: string; sentence: string }>
  | Readonly<{ problem: number; code: string; sentence: string }>
  | Readonly<{ waits: string }>;

export type Cell = Readonly<{ part: string; fault: string; call: Call; mode: Mode; origin: Origin; wanted: Wanted }>;

const closed = { action: 'block', code: 'engine_unavailable', sentence: 'The policy engine cannot be reached; the call was not judged. Ask again in a few seconds.' } as const;
const open = { action: 'warn', code: 'engine_unavailable', sentence: 'The policy engine cannot be reached; the call was not judged. This guard lets such calls go on, flagged.' } as const;
const doubt = { action: 'block', code: 'could_not_judge', sentence: 'The policy engine did not finish judging the call. Ask again in a few seconds.' } as const;
const nobodyToAsk = {
  action: 'block',
  code: 'approval_service_unavailable',
  sentence: 'A person must approve this call, and the approval service cannot be reached. Ask again in a few seconds with the same call id.',
} as const;
const uncounted = {
  action: 'block',
  code: 'rate_limiter_unavailable',
  sentence: 'How often such calls are made is limited, and they cannot be counted now. Ask again in a few seconds with the same call id.',
} as const;
const unlogged = { action: 'block', code: 'decision_log_unavailable', sentence: 'The decision could not be written to the log, so it does not count. Ask again in a few seconds with the same call id.' } as const;
const untrusted = {
  problem: 503,
  code: 'engine_unavailable',
  sentence: 'The service that keeps the keys has been out of reach for longer than this guard allows, so no key can be trusted. Ask again in a few seconds.',
} as const;
const waits = { waits: 'It is decided once the part is back.' } as const;
const notTaken = { waits: 'It is not acknowledged; its sender sends it again, and it is decided once the part is back.' } as const;
const noDoor = { waits: 'There is no connection; the client connects again by itself.' } as const;

type Row = Readonly<{ part: string; fault: string; calls: readonly Call[]; answered: Readonly<Record<Mode, Wanted>>; overNats?: Wanted; event?: Wanted }>;

const both: readonly Call[] = ['plain', 'sensitive'];
const sensitive: readonly Call[] = ['sensitive'];
const limited: readonly Call[] = ['limited'];
const inBothModes = (wanted: Wanted): Readonly<Record<Mode, Wanted>> => ({ closed: wanted, open: wanted });
/** Where nothing began: the one place where the guard's failure mode counts. */
const byMode = { closed, open } as const;

/** Every way a part fails, and what becomes of the calls that need it. */
const rows: readonly Row[] = [
  { part: 'evaluator', fault: 'down', calls: both, answered: byMode },
  { part: 'evaluator', fault: 'slow', calls: both, answered: inBothModes(doubt) },
  { part: 'evaluator', fault: 'answers what is no JSON', calls: both, answered: inBothModes(doubt) },
  { part: 'evaluator', fault: 'answers an allow without its evidence', calls: both, answered: inBothModes(doubt) },
  { part: 'evaluator', fault: 'answers about other calls', calls: both, answered: inBothModes(doubt) },
  { part: 'evaluator', fault: 'answers about no call', calls: both, answered: inBothModes(doubt) },
  { part: 'evaluator', fault: 'answers an error', calls: both, answered: inBothModes(doubt) },
  { part: 'policy sets', fault: 'never arrived', calls: both, answered: byMode },
  { part: 'policy-admin', fault: 'down for longer than the guard allows', calls: both, answered: inBothModes(untrusted) },
  { part: 'policy-admin', fault: 'slow for longer than the guard allows', calls: both, answered: inBothModes(untrusted) },
  { part: 'policy-admin', fault: 'answers what is no JSON for longer than the guard allows', calls: both, answered: inBothModes(untrusted) },
  { part: 'policy-admin', fault: 'answers a lease and keys that are none for longer than the guard allows', calls: both, answered: inBothModes(untrusted) },
  { part: 'approval-workflow', fault: 'down', calls: sensitive, answered: inBothModes(nobodyToAsk) },
  { part: 'approval-workflow', fault: 'slow', calls: sensitive, answered: inBothModes(nobodyToAsk) },
  { part: 'approval-workflow', fault: 'answers what is no JSON', calls: sensitive, answered: inBothModes(nobodyToAsk) },
  { part: 'approval-workflow', fault: 'answers a state that is none', calls: sensitive, answered: inBothModes(nobodyToAsk) },
  { part: 'approval-workflow', fault: 'answers about no call', calls: sensitive, answered: inBothModes(nobodyToAsk) },
  { part: 'decision log', fault: 'takes nothing', calls: both, answered: inBothModes(unlogged) },
  { part: 'decision log', fault: 'never says that it took anything', calls: both, answered: inBothModes(unlogged) },
  { part: 'Postgres', fault: 'down', calls: sensitive, answered: inBothModes(nobodyToAsk) },
  { part: 'Postgres', fault: 'slow', calls: sensitive, answered: inBothModes(nobodyToAsk) },
  { part: 'Postgres', fault: 'down', calls: limited, answered: inBothModes(uncounted) },
  { part: 'Postgres', fault: 'slow', calls: limited, answered: inBothModes(uncounted) },
  { part: 'NATS', fault: 'down', calls: both, answered: inBothModes(doubt), overNats: noDoor, event: notTaken },
  { part: 'NATS', fault: 'slow', calls: both, answered: inBothModes(doubt), overNats: noDoor, event: notTaken },
];

const modes: readonly Mode[] = ['closed', 'open'];

/** The failure matrix: one cell per part, fault, call, failure mode and origin. */
export const cells: readonly Cell[] = rows.flatMap(({ part, fault, calls, answered, overNats, event = waits }) =>
  calls.flatMap((call) =>
    modes.flatMap((mode): Cell[] => [
      { part, fault, call, mode, origin: 'HTTP', wanted: answered[mode] },
      { part, fault, call, mode, origin: 'NATS', wanted: overNats ?? answered[mode] },
      { part, fault, call, mode, origin: 'event', wanted: event },
    ]),
  ),
);

/** Faults that calls which do not need the part hear nothing of: a plain call is still allowed. */
export const harmless: readonly Readonly<{ part: string; fault: string }>[] = [
  { part: 'approval-workflow', fault: 'down' },
  { part: 'approval-workflow', fault: 'slow' },
  { part: 'Postgres', fault: 'down' },
  { part: 'Postgres', fault: 'slow' },
  { part: 'log writer', fault: 'down' },
];

/** The table of `docs/failure-modes.md`: one line per row, both modes where they agree. */
export function asMarkdown(): string {
  const lines = rows.map(({ part, fault, calls, answered, overNats, event = waits }) => {
    const who = calls.length === 2 ? 'every call' : calls[0] === 'limited' ? 'calls that meet a limit' : 'calls that need a person';
    const answer = answered.closed === answered.open ? described(answered.closed) : `closed: ${described(answered.closed)}<br>open: ${described(answered.open)}`;
    return `| ${part} | ${fault} | ${who} | ${answer} | ${overNats === undefined ? 'the same' : described(overNats)} | ${described(event)} |`;
  });
  return ['| part | fault | who notices | over HTTP | over NATS | as an event |', '| --- | --- | --- | --- | --- | --- |', ...lines].join('\n');
}

function described(wanted: Wanted): string {
  if ('waits' in wanted) return wanted.waits;
  const kind = 'problem' in wanted ? `${wanted.problem}` : `\`${wanted.action}\``;
  return `${kind}, \`${wanted.code}\`: ${wanted.sentence}`;
}
