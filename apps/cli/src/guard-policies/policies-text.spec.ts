import { describe, expect, it } from '@jest/globals';
import { parseStrictJson } from '@holdpoint/contracts';
import { type Policy, readPolicyFile } from '@holdpoint/policy';
import fc from 'fast-check';
import { readDocument } from '../documents/document.ts';
import { policiesText } from './policies-text.ts';

describe('a file of policies', () => {
  it.each(['yaml', 'json'] as const)('as %s reads back as what was written, whatever its texts', (format) => {
    const texts = fc.oneof(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), fc.constantFrom('yes', '~', '0x1f', '1e3', '.nan', '- a', '# x', '&a', '*a', '!t', 'a: b', ' lead', 'two\nlines\n', '\ttab', '"', "'", '{', '<<', '09:30', '2026-01-01')).filter((text) => text.trim() !== '' && !/[\0\p{Cs}]/u.test(text));
    const values = fc.json().filter((text) => parseStrictJson(text).ok).map((text): unknown => JSON.parse(text));
    fc.assert(
      fc.property(fc.array(fc.tuple(texts, texts, values), { maxLength: 4 }), (given) => {
        const policies = given.map(([name, description, value], index): Policy => {
          const at = `2026-01-01T00:0${index}:00.000Z`;
          return { id: `pol_${index}`, name, description, tool_pattern: 'read_*', action: 'block', priority: 10 - index, is_active: index % 2 === 0, conditions: { arguments: { [`/${description.replaceAll('~', '')}`]: { in: [name, value] } } }, created_at: at, updated_at: at };
        });
        const document = readDocument(policiesText({ guard: 'default', default_action: 'warn', policies }, format), format);
        if ('problems' in document) throw new Error(JSON.stringify(document.problems));
        const read = readPolicyFile(document.value);
        if ('problems' in read) return expect(read.problems).toEqual([expect.objectContaining({ message: expect.stringContaining('must be JSON of at most') })]);
        return expect(read).toEqual({ default_action: 'warn', path: '/policies', policies: policies.map((policy) => ({ ...policy, created_at: expect.any(String), updated_at: expect.any(String) })) });
      }),
      { numRuns: 300 },
    );
  });
});
