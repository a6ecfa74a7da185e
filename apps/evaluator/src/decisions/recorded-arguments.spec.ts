import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@holdpoint/contracts';
import { recordedArguments } from './recorded-arguments.ts';

describe('what the decision log keeps of the arguments', () => {
  it('none: nothing', () => {
    expect(recordedArguments('none', { to: 'a@example.org' })).toBeUndefined();
  });

  it('full: exactly what was sent', () => {
    expect(text(recordedArguments('full', json('{"b":1,"__proto__":{"x":"y"},"a":["\\u0000"]}')))).toBe('{"b":1,"__proto__":{"x":"y"},"a":["\\u0000"]}');
  });

  it('redacted: keys and types, in their order', () => {
    const sent = json('{"to":"a@example.org","amount":12.5,"urgent":true,"note":null,"lines":[{"sku":"x"},[]],"empty":{}}');
    expect(text(recordedArguments('redacted', sent))).toBe('{"to":"[string]","amount":"[number]","urgent":"[boolean]","note":"[null]","lines":[{"sku":"[string]"},[]],"empty":{}}');
  });

  it('redacted: keys such as `__proto__` and `constructor` are kept as keys', () => {
    const kept = recordedArguments('redacted', json('{"__proto__":{"polluted":true},"constructor":1,"toString":"x"}'));
    expect(text(kept)).toBe('{"__proto__":{"polluted":"[boolean]"},"constructor":"[number]","toString":"[string]"}');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('redacted: no value, however deep it lies', () => {
    const secret = 'hunter2-4711';
    const deep = Array.from({ length: 60 }).reduce<unknown>((inner, _, n) => (n % 2 === 0 ? { inner } : [inner, secret]), secret);
    const kept = text(recordedArguments('redacted', { secret, deep, list: Array.from({ length: 500 }, () => secret), number: 4711 }));
    expect(kept).not.toContain('hunter2');
    expect(kept).not.toContain('4711');
  });

  it.each([
    ['a long list', { list: Array.from({ length: 100_000 }, (_, n) => n) }],
    ['many keys', Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`k${n}`, n]))],
    ['a wide tree', { tree: Array.from({ length: 300 }, () => Array.from({ length: 300 }, () => ({ a: 1 }))) }],
    ['many empty lists', { tree: Array.from({ length: 100_000 }, () => []) }],
  ])('redacted: %s is cut, and says so', (_what, sent) => {
    const kept = text(recordedArguments('redacted', sent));
    expect(kept.length).toBeLessThan(6_000);
    expect(kept).toContain('[cut]');
  });

  it('redacted: 200 values are not cut', () => {
    expect(text(recordedArguments('redacted', { list: Array.from({ length: 198 }, () => 1) }))).not.toContain('[cut]');
  });
});

const json = (sent: string): JsonObject => JSON.parse(sent) as JsonObject;
const text = (kept: unknown): string => JSON.stringify(kept);
