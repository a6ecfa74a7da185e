import { describe, expect, it } from '@jest/globals';
import { DateTime } from 'luxon';
import type { TimeWindow } from '../policy.ts';
import { compileTimeWindow } from './time-window.ts';

const weekendNights: TimeWindow = { days: ['saturday', 'sunday'], hours_start: 18, hours_end: 9, timezone: 'America/New_York' };
const officeHours: TimeWindow = { days: ['monday', 'friday'], hours_start: '08:30', hours_end: 17, timezone: 'Europe/Berlin' };

describe('time window', () => {
  it.each([
    ['2026-03-07T17:59:59.999', false], // Saturday, not yet
    ['2026-03-07T18:00', true], // the first minute counts
    ['2026-03-07T23:30', true], // Saturday evening in New York
    ['2026-03-07T08:00', false], // Saturday morning belongs to Friday
    ['2026-03-08T08:59', true], // Sunday morning still belongs to Saturday's window, though the clocks went forward
    ['2026-03-08T09:00', false], // the last minute does not count
    ['2026-03-09T03:00', true], // Monday night belongs to Sunday's window
    ['2026-03-09T18:30', false], // Monday evening
  ])('weekend nights, 18 to 9: %s -> %s', (local, holds) => {
    expect(holdsAt(weekendNights, instantIn('America/New_York', local))).toBe(holds);
  });

  it.each([
    ['2026-11-23T08:29:59.999', false],
    ['2026-11-23T08:30', true],
    ['2026-11-23T16:59:59.999', true],
    ['2026-11-23T17:00', false], // half-open
    ['2026-11-24T12:00', false], // Tuesday
    ['2026-11-27T12:00', true],
  ])('office hours, half past eight to five: %s -> %s', (local, holds) => {
    expect(holdsAt(officeHours, instantIn('Europe/Berlin', local))).toBe(holds);
  });

  it.each([
    ['until midnight', { hours_start: 22, hours_end: 24 }, '2026-11-23T23:59:59.999', true],
    ['until midnight', { hours_start: 22, hours_end: '24:00' }, '2026-11-24T00:00', false],
    ['from midnight, by its other name', { days: ['monday'], hours_start: 24, hours_end: 2 }, '2026-11-24T01:00', true], // Tuesday, begun on Monday
    ['the whole day', { hours_start: 9, hours_end: 9 }, '2026-11-23T08:59', true],
    ['the whole of one day', { days: ['monday'], hours_start: 9, hours_end: 9 }, '2026-11-24T08:59', false],
    ['the whole of one day, written out', { days: ['monday'], hours_start: 0, hours_end: 24 }, '2026-11-23T00:00', true],
    ['days only', { days: ['sunday'] }, '2026-11-22T23:59', true],
    ['nothing said', {}, '2026-11-23T12:00', true],
    ['Sunday into Monday', { days: ['sunday'], hours_start: '23:30', hours_end: '00:30' }, '2026-11-23T00:29', true],
    ['Sunday into Monday', { days: ['sunday'], hours_start: '23:30', hours_end: '00:30' }, '2026-11-23T00:30', false],
  ] satisfies [string, TimeWindow, string, boolean][])('%s, in UTC: %j at %s -> %s', (_, window, local, holds) => {
    expect(holdsAt(window, instantIn('UTC', local))).toBe(holds);
  });

  it('has both of the hours that autumn repeats, and none of the one that spring skips', () => {
    const twoToThree: TimeWindow = { hours_start: 2, hours_end: 3, timezone: 'Europe/Berlin' };
    expect(['2026-10-25T00:30Z', '2026-10-25T01:30Z', '2026-10-25T02:30Z'].map((utc) => holdsAt(twoToThree, Date.parse(utc)))).toEqual([true, true, false]);
    expect(['2026-03-29T00:30Z', '2026-03-29T01:00Z', '2026-03-29T01:30Z'].map((utc) => holdsAt(twoToThree, Date.parse(utc)))).toEqual([false, false, false]);
  });

  it('remembers no answer longer than its minute', () => {
    const isOpenAt = compileTimeWindow(officeHours);
    const [before, open, after] = ['08:29:59.999', '08:30:00.000', '17:00:00.000'].map((time) => instantIn('Europe/Berlin', `2026-11-23T${time}`));
    expect([before!, open!, open! + 59_999, after!, Number.NaN, open!, before!].map(isOpenAt)).toEqual([false, true, true, false, null, true, false]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 9e15])('%d is no instant in any zone', (at) => {
    expect(compileTimeWindow({ timezone: 'Europe/Berlin' })(at)).toBeNull();
  });
});

function holdsAt(window: TimeWindow, at: number): boolean | null {
  return compileTimeWindow(window)(at);
}

function instantIn(zone: string, local: string): number {
  return DateTime.fromISO(local, { zone }).toMillis();
}
