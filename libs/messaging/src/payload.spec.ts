import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { InvalidInput } from './errors.ts';
import { check, decode, encode, requireUnaltering } from './payload.ts';

describe('a payload', () => {
  it('arrives exactly as sent, keys named like parts of JavaScript included', () => {
    const text = '{"args":{"__proto__":{"admin":true},"constructor":"rm -rf","prototype":1},"extra":[1,2.5,"é"]}';
    const schema = z.object({ args: z.record(z.string(), z.unknown()) });
    expect(encode(check(schema, decode(Buffer.from(text)))).toString()).toBe(text);
  });

  it.each([
    ['not JSON', Buffer.from('{"a":')],
    ['not JSON', Buffer.from('')],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ])('that is %s is invalid input', (message, data) => {
    expect(issuesOf(() => decode(data))).toEqual([{ path: '', message }]);
  });

  it('that breaks the schema is refused with a pointer to each field', () => {
    const schema = z.object({ calls: z.array(z.object({ 'a/b': z.string() })) });
    expect(issuesOf(() => check(schema, { calls: [{ 'a/b': 1 }] }))).toEqual([{ path: '/calls/0/a~1b', message: expect.any(String) }]);
  });

  it('without a body travels as null', () => {
    expect(encode(undefined).toString()).toBe('null');
  });
});

describe('a schema', () => {
  const node: z.ZodType = z.lazy(() => z.object({ next: node.optional() }));

  it.each([
    z.object({ a: z.string().min(1).optional(), b: z.union([z.literal(1), z.null()]), c: z.record(z.string(), z.unknown()), d: z.array(z.int().nullable()) }),
    z.strictObject({ a: z.string().refine((text) => text !== 'x'), b: z.enum(['y', 'n']), c: z.iso.datetime() }),
    z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b') })]),
    node,
  ])('that only checks is accepted', (schema) => {
    expect(() => requireUnaltering('hp.x', schema)).not.toThrow();
  });

  it.each([
    ['default', z.object({ a: z.string().default('x').optional() })],
    ['transform', z.array(z.string().transform((text) => text.length))],
    ['coerce', z.object({ a: z.coerce.number() })],
    ['overwrite', z.union([z.object({ a: z.string().trim() }), z.null()])],
    ['catch', z.lazy(() => z.number().catch(0))],
  ])('that alters what it checks (%s) is refused', (what, schema) => {
    expect(() => requireUnaltering('hp.x', schema)).toThrow(`the schema of \`hp.x\` alters payloads (${what})`);
  });
});

function issuesOf(act: () => unknown): InvalidInput['issues'] {
  try {
    act();
  } catch (error) {
    if (error instanceof InvalidInput) return error.issues;
    throw error;
  }
  throw new Error('nothing was refused');
}
