import { describe, expect, it } from '@jest/globals';
import { accountTable, unaccountedFor } from './account.ts';
import type { Story } from './replay.ts';

const story = (outcome: Story['outcome'], elapsedMs = 1): Story => ({ call: { id: `c-${outcome}`, tool: 't', arguments: {} }, outcome, parked: outcome === 'released' || outcome === 'rejected', elapsedMs, decisions: ['dec_1'], last: 'block could_not_judge' });
const good = { calls: 3, stories: [story('allowed'), story('released'), story('rejected')], votes: { approved: 1, rejected: 1 }, missingRows: 0 };

describe('the account of a demo', () => {
  it('adds up when every call, vote and decision does', () => expect(unaccountedFor(good)).toEqual([]));

  it.each([
    ['a call without an outcome', { calls: 4 }, '1 calls without an outcome'],
    ['an approval nobody used', { votes: { approved: 2, rejected: 1 } }, '2 approved, 1 released'],
    ['a rejection nobody heard', { votes: { approved: 1, rejected: 2 } }, '2 rejected, 1 answered as rejected'],
    ['a decision without a row', { missingRows: 2 }, '2 answered decisions are not in the log'],
    ['a call that doubt ended', { stories: [story('released'), story('rejected'), story('unaccounted')] }, 'call c-unaccounted (t) ended as block could_not_judge'],
  ])('names %s', (_name, change, problem) => expect(unaccountedFor({ ...good, ...change })).toEqual([problem]));

  it('shows counts and times per outcome', () => {
    const lines = accountTable([story('allowed', 1), story('allowed', 3), story('released', 10)]).split('\n');
    expect(lines.find((line) => line.startsWith('allowed'))).toMatch(/^allowed +2 +3\.0 +3\.0 +3\.0$/);
    expect(lines.find((line) => line.startsWith('blocked'))).toMatch(/^blocked +0 +- +- +-$/);
    expect(lines.find((line) => line.startsWith('all calls'))).toMatch(/^all calls +3 +3\.0 +10\.0 +10\.0$/);
  });
});
