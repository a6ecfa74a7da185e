import { NextEventsRequest, type NextEventsAnswer } from '@holdpoint/contracts';
import { InvalidInput } from '@holdpoint/messaging';
import { check, readJson } from '../http/input.ts';
import type { Answering } from './door-desk.ts';
import type { EventCursors } from './event-cursor.ts';
import type { DeliveredEvent, EventReaders } from './event-readers.ts';

/** Bytes of events in one answer; the rest of what the server takes is for the frame around them. */
const maxShare = 0.5;
const mostEvents = 100;

export type NextEventsNeeds = Readonly<{ readers: EventReaders; cursors: EventCursors; maxPayload: () => number; stopped: AbortSignal }>;

/** Takes back what the caller has dealt with, then hands over the events that follow. */
export function readingEvents({ readers, cursors, maxPayload, stopped }: NextEventsNeeds): Answering {
  return async ({ key, guard, body, readmit, facts }): Promise<NextEventsAnswer> => {
    const { max = mostEvents, wait_seconds = 0, ack, start = 'earliest' } = check(NextEventsRequest, body.length === 0 ? {} : readJson(body));
    const reader = { keyId: key.access.id, guardId: guard.id };
    if (ack !== undefined) {
      const sequences = cursors.read(reader, ack);
      if (sequences === null) throw new InvalidInput([{ path: '/ack', message: 'is not a cursor of this key and guard' }]);
      readers.acknowledge(reader, sequences);
    }
    const delivered = await readers.next(reader, { max, maxBytes: Math.floor(maxPayload() * maxShare), waitMs: wait_seconds * 1_000, start, stopped });
    readmit();
    facts['events'] = delivered.length;
    return { events: delivered.map(eventOf), cursor: delivered.length === 0 ? null : cursors.write(reader, delivered.map(({ sequence }) => sequence)) };
  };
}

const eventOf = ({ sequence, subject, atMs, data }: DeliveredEvent): NextEventsAnswer['events'][number] => ({
  sequence,
  subject,
  at: new Date(atMs).toISOString(),
  body: JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8')) as unknown,
});
