import { describe, expect, it } from '@jest/globals';
import { EventCursors } from './event-cursor.ts';

const reader = { keyId: 'agent0000000', guardId: 'shop' };

describe('a cursor', () => {
  it('names the delivered events, to every gateway that has the secret', () => {
    const cursor = new EventCursors('s').write(reader, [120, 7, 121, 4_000_000_000]);
    expect(new EventCursors('s').read(reader, cursor)).toEqual([7, 120, 121, 4_000_000_000]);
  });

  it('names a hundred events within what a request may hold', () => {
    const many = Array.from({ length: 100 }, (_, at) => 2 ** 40 + at * 2 ** 30);
    const cursor = new EventCursors('s').write(reader, many);
    expect(cursor.length).toBeLessThanOrEqual(2_048);
    expect(new EventCursors('s').read(reader, cursor)).toEqual(many);
  });

  it.each([
    ['another key', { keyId: 'other0000000', guardId: 'shop' }, 's'],
    ['another guard', { keyId: 'agent0000000', guardId: 'other' }, 's'],
    ['another system', reader, 't'],
  ])('of %s is none', (_whose, writer, secret) => {
    expect(new EventCursors('s').read(reader, new EventCursors(secret).write(writer, [1]))).toBeNull();
  });

  it('that was changed is none', () => {
    const cursors = new EventCursors('s');
    const cursor = cursors.write(reader, [1, 2]);
    for (const broken of ['', '1', cursor.replace('1', '2'), `${cursor}A`, cursor.slice(1), cursor.replace('~', '.')]) expect(cursors.read(reader, broken)).toBeNull();
  });
});
