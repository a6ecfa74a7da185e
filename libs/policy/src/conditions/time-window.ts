import { DateTime, IANAZone } from 'luxon';
import { DAYS, type TimeWindow } from '../policy.ts';

const MINUTES_A_DAY = 24 * 60;

/** Wall-clock time: ISO weekday (Monday is 1) and whole minutes since midnight. */
type LocalTime = Readonly<{ weekday: number; minute: number }>;

/**
 * Whether the window is open at an instant (epoch milliseconds); null when that is no instant. Expects a window without problems.
 * INVARIANT: the answer depends on the whole minute only, so remembering the last one changes no answer. (Zones are whole minutes from UTC since 1972.)
 */
export function compileTimeWindow(window: TimeWindow): (at: number) => boolean | null {
  const zone = IANAZone.create(window.timezone ?? 'UTC');
  const isOpen = openHours(window);
  let last: Readonly<{ minute: number; open: boolean | null }> = { minute: Number.NaN, open: null };
  return (at) => {
    const minute = Math.floor(at / 60_000);
    if (minute !== last.minute) {
      const local = localTimeIn(zone, minute * 60_000);
      last = { minute, open: local && isOpen(local) };
    }
    return last.open;
  };
}

/** What time it is, and when the window would be open. Expects an instant at which it is closed. */
export function whyClosed(window: TimeWindow, at: number): string {
  const name = window.timezone ?? 'UTC';
  const local = localTimeIn(IANAZone.create(name), at);
  if (!local) return 'the time is not known';
  return `it is ${DAY_NAMES[local.weekday - 1] ?? ''} ${clock(local.minute)} in ${name}; the window is ${daysIn(window)} ${hoursIn(window)}`;
}

/** Days that follow each other are written as one span. */
function daysIn({ days }: TimeWindow): string {
  const wanted = DAYS.map((day) => days?.includes(day) ?? true);
  if (wanted.every(Boolean)) return 'every day';
  const spans: string[] = [];
  for (let first = wanted.indexOf(true); first >= 0; ) {
    const end = wanted.indexOf(false, first);
    const last = (end < 0 ? wanted.length : end) - 1;
    const [from = '', to = ''] = [DAY_NAMES[first], DAY_NAMES[last]];
    spans.push(last === first ? from : `${from}${last === first + 1 ? ', ' : '–'}${to}`);
    first = wanted.indexOf(true, last + 1);
  }
  return spans.join(', ');
}

function hoursIn(window: TimeWindow): string {
  const start = minuteOf(window.hours_start) ?? 0;
  const end = minuteOf(window.hours_end) ?? 0;
  if (start === end) return 'all day';
  return `${clock(start)}–${clock(end)}${start > end ? ' of the next day' : ''}`;
}

const DAY_NAMES = DAYS.map((day) => `${day.charAt(0).toUpperCase()}${day.slice(1)}`);
const clock = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** By the clock on the wall. */
export function openHours(window: TimeWindow): (local: LocalTime) => boolean {
  const weekdays = window.days && new Set(window.days.map((day) => (DAYS as readonly string[]).indexOf(day) + 1));
  const isDay = (weekday: number) => !weekdays || weekdays.has(weekday);
  const start = minuteOf(window.hours_start) ?? 0;
  const end = minuteOf(window.hours_end) ?? 0;

  if (start === end) return ({ weekday }) => isDay(weekday);
  if (start < end) return ({ weekday, minute }) => minute >= start && minute < end && isDay(weekday);
  // Wraps midnight: the hours after it belong to the day the window began on.
  return ({ weekday, minute }) => (minute >= start && isDay(weekday)) || (minute < end && isDay(weekday === 1 ? 7 : weekday - 1));
}

function localTimeIn(zone: IANAZone, at: number): LocalTime | null {
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
