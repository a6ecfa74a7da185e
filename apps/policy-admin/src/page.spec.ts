import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { cursorOf, pageOf, readCursor } from './page.ts';

const Place = z.tuple([z.string()]);

describe('a page', () => {
  it('names where the next one begins while there are more', () => {
    const page = pageOf(['a', 'b', 'c'], 2, (item) => [item]);
    expect(page.data).toEqual(['a', 'b']);
    expect(readCursor(Place, page.next_cursor ?? '')).toEqual(['b']);
  });

  it('is the last one when nothing was left over', () => {
    expect(pageOf(['a', 'b'], 2, (item) => [item]).next_cursor).toBeNull();
    expect(pageOf([], 2, (item) => [item])).toEqual({ data: [], next_cursor: null });
  });

  it('ends early rather than outgrow a message, and holds at least one item', () => {
    const large = 'x'.repeat(3 * 1024 ** 2);
    const page = pageOf([large, `${large}y`, 'z'], 3, (item) => [item.length]);
    expect(page.data).toEqual([large]);
    expect(page.next_cursor).toBe(cursorOf([large.length]));
    expect(pageOf([large + large, 'z'], 2, () => []).data).toEqual([large + large]);
  });

  it.each([[''], ['%%%'], ['e30'], [cursorOf(['a', 'b'])], [cursorOf(1)], [cursorOf(null)]])('a cursor of nobody (%s) is none', (cursor) => {
    expect(readCursor(Place, cursor)).toBeUndefined();
  });
});
