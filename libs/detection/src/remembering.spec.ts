import { expect, it } from '@jest/globals';
import { remembering } from './remembering.ts';

it('a remembered answer is given again, until there are too many; of long names none is kept', () => {
  const asked: string[] = [];
  const length = remembering(2, 5, (name): number | undefined => (asked.push(name), name === 'none' ? undefined : name.length));
  expect(['a', 'a', 'none', 'none', 'longer', 'longer', 'bb', 'a', '__proto__'].map(length)).toEqual([1, 1, undefined, undefined, 6, 6, 2, 1, 9]);
  expect(asked).toEqual(['a', 'none', 'longer', 'longer', 'bb', 'a', '__proto__']);
});
