import { outcomes, type Story, type Votes } from './replay.ts';

/** The table that ends a demo: one row per outcome, times in milliseconds from the first ask to the final answer. */
export function accountTable(stories: readonly Story[]): string {
  const parked = stories.filter((story) => story.parked);
  const rows = [
    ...outcomes.map((outcome) => row(outcome, stories.filter((story) => story.outcome === outcome))),
    row('unaccounted', stories.filter((story) => story.outcome === 'unaccounted')),
    row('all calls', stories),
    row('parked of these', parked),
  ];
  return [['outcome'.padEnd(16), 'calls'.padStart(7), ...['p50 ms', 'p95 ms', 'max ms'].map((head) => head.padStart(10))].join(''), ...rows].join('\n');
}

function row(name: string, stories: readonly Story[]): string {
  const times = stories.map((story) => story.elapsedMs).sort((one, other) => one - other);
  const at = (share: number): string => (times.length === 0 ? '-' : (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1));
  return [name.padEnd(16), String(stories.length).padStart(7), ...[at(0.5), at(0.95), at(1)].map((time) => time.padStart(10))].join('');
}

/** What does not add up; empty when every call, vote and decision is accounted for. */
export function unaccountedFor({ calls, stories, votes, missingRows }: Readonly<{ calls: number; stories: readonly Story[]; votes: Votes; missingRows: number }>): readonly string[] {
  const count = (outcome: Story['outcome']): number => stories.filter((story) => story.outcome === outcome).length;
  const lost = stories.filter((story) => story.outcome === 'unaccounted');
  return [
    ...(stories.length === calls ? [] : [`${calls - stories.length} calls without an outcome`]),
    ...lost.slice(0, 10).map((story) => `call ${story.call.id} (${story.call.tool}) ended as ${story.last}`),
    ...(lost.length > 10 ? [`and ${lost.length - 10} more such calls`] : []),
    ...(count('released') === votes.approved ? [] : [`${votes.approved} approved, ${count('released')} released`]),
    ...(count('rejected') === votes.rejected ? [] : [`${votes.rejected} rejected, ${count('rejected')} answered as rejected`]),
    ...(missingRows === 0 ? [] : [`${missingRows} answered decisions are not in the log`]),
  ];
}
