import { DateTime, IANAZone } from 'luxon';
import { DAYS, type TimeWindow } from './policy.ts';

const MINUTES_A_DAY = 24 * 60;

/** Wall-clock time: ISO weekday (Monday is 1) and whole minutes since midnight. */
export type LocalTime = Readonly<{ weekday: number; minute: number }>;

export type CompiledTimeWindow = Readonly<{ zone: IANAZone; holds: (local: LocalTime) => boolean }>;

/** Expects a window without problems. */
export function compileTimeWindow(window: TimeWindow): CompiledTimeWindow {
  const weekdays = window.days && new Set(window.days.map((day) => (DAYS as readonly string[]).indexOf(day) + 1));
  const isDay = (weekday: number) => !weekdays || weekdays.has(weekday);
  const start = minuteOf(window.hours_start) ?? 0;
  const end = minuteOf(window.hours_end) ?? 0;
  const zone = IANAZone.create(window.timezone ?? 'UTC');

  if (start === end) return { zone, holds: ({ weekday }) => isDay(weekday) };
  if (start < end) return { zone, holds: ({ weekday, minute }) => minute >= start && minute < end && isDay(weekday) };
  // Wraps midnight: the hours after it belong to the day the window began on.
  return {
    zone,
    holds: ({ weekday, minute }) => (minute >= start && isDay(weekday)) || (minute < end && isDay(weekday === 1 ? 7 : weekday - 1)),
  };
}

/** `at` is epoch milliseconds; null when that is no instant. */
export function localTimeIn(zone: IANAZone, at: number): LocalTime | null {
  if (!Number.isFinite(at)) return null;
  const local = DateTime.fromMillis(at, { zone });
  return local.isValid ? { weekday: local.weekday, minute: local.hour * 60 + local.minute } : null;
}

/** Minutes since midnight of a whole hour 0..24 or `HH:MM`; null for anything else. */
export function minuteOf(hours: unknown): number | null {
  if (typeof hours === 'number') return Number.isInteger(hours) && hours >= 0 && hours <= 24 ? hours * 60 : null;
  if (typeof hours !== 'string' || !/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/.test(hours)) return null;
  return Number(hours.slice(0, 2)) * 60 + Number(hours.slice(3));
}

/** From the end of the day to its beginning: no minute lies in it. */
export function canNeverHold(start: number, end: number): boolean {
  return start === MINUTES_A_DAY && end === 0;
}

/** IANA names only: no offsets, no `local`. */
export function isTimeZone(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name) && IANAZone.isValidZone(name);
}
