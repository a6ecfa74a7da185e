import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { argumentTexts, type ArgumentTexts } from './argument-texts.ts';
import { evaluate } from '../evaluate.ts';
import { compilePattern, patternProblem } from './pattern.ts';
import { groupPatterns } from './pattern-groups.ts';
import type { Policy } from '../policy.ts';
import { compilePolicySet } from '../policy-set.ts';

// Many small cases, not one slow one: room for a busy machine.
jest.setTimeout(120_000);

describe('patterns searched together', () => {
  it('find what each finds for itself, whatever the patterns and the texts', () => {
    const atom = fc.constantFrom('a', 'b', '.', '\\d', '\\w', '\\s', '[^a]', '[a-c]', '(?i)k', 'é', '😀', '\\p{Lu}', '\\PN', '^', '$', '\\b', '\\B', '(?m)^', '(?s).', '(a|bc)', '(?:ab)*', '\\x{1F600}', '\\A', '\\z', 'rm -rf', '(?i)ß');
    const count = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,3}', '*?');
    const source = fc.array(fc.tuple(atom, count), { minLength: 1, maxLength: 5 }).map((parts) => parts.map((part) => part.join('')).join('')).filter((one) => patternProblem(one) === null);
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'k', 'K', '\u212a', '1', ' ', '\n', 'é', '😀', '\ud800', 'ß', 'ẞ', 'rm -rf', '%61', '&lt;', '\u200b', '_'), maxLength: 12 });
    fc.assert(
      fc.property(fc.uniqueArray(source, { minLength: 3, maxLength: 8 }), fc.array(text, { maxLength: 4 }), (sources, leaves) => {
        const groupOf = groupPatterns(sources.map((one) => searching(one)));
        const texts = argumentTexts({ leaves }) as ArgumentTexts;
        for (const one of sources) {
          const alone = [...texts.texts].some((each) => compilePattern(one).test(each));
          expect({ one, leaves, found: groupOf(searching(one))!.found(texts)!.has(one) }).toEqual({ one, leaves, found: alone });
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('give the verdict that they give one by one, also where one of them cannot be judged', () => {
    // A glob of its own each, for the same names: nothing is searched together.
    const apart = ['*', '?*', '*?', '{*,x}', '{*,y}'];
    const sources = fc.uniqueArray(fc.constantFrom('a', '(?i)x', 'y$', '\\d', '[a-c]{400}[d-f]', '[a-c]{300}[xy]', 'needle'), { minLength: 3, maxLength: 5 });
    const leaf = fc.oneof(fc.constantFrom('x', 'needle', '5', 'Y'), fc.constantFrom(1_000, 20_000, 60_000, 66_000).map((length) => 'b'.repeat(length)));
    fc.assert(
      fc.property(sources, fc.array(leaf, { maxLength: 5 }), (patterns, leaves) => {
        const judge = (globOf: (place: number) => string) => {
          const policies = patterns.map((one, place) => ({ ...searching(one, globOf(place)), id: one, priority: -place }));
          const { policy, action, code, reason } = evaluate(compilePolicySet({ guard_id: 'g', version: 1, default_action: 'allow', policies }), { tool_name: 'tool', arguments: { leaves } }, 0);
          return { policy: policy?.id, action, code, reason };
        };
        expect(judge(() => '*')).toEqual(judge((place) => apart[place]!));
      }),
      { numRuns: 100 },
    );
  });

  it('are those of one glob, from three on', () => {
    const policies = [searching('a'), searching('b'), searching('c'), searching('d', 'x*'), searching('e', 'x*'), { ...searching('f'), conditions: {} }];
    const groups = policies.map(groupPatterns(policies));
    expect(groups.map((group) => group !== undefined)).toEqual([true, true, true, false, false, false]);
    expect(new Set(groups.slice(0, 3)).size).toBe(1);
  });

  it('are so few that their programs stay small together', () => {
    const policies = Array.from({ length: 40 }, (_, i) => searching(`[a-c]{${200 + i}}[d-f]`));
    expect(new Set(policies.map(groupPatterns(policies))).size).toBeGreaterThan(4);
  });

  it('are not where reading together could cost too much', () => {
    const policies = Array.from({ length: 8 }, (_, i) => searching(`[a-c]{${200 + i}}[d-f]`));
    const group = groupPatterns(policies)(policies[0]!)!;
    expect(group.found(argumentTexts({ a: 'a'.repeat(1_000) }) as ArgumentTexts)).toEqual(new Set());
    expect(group.found(argumentTexts({ a: 'a'.repeat(10_000) }) as ArgumentTexts)).toBeNull();
  });
});

function searching(argument_pattern: string, tool_pattern = '*'): Policy {
  return { id: 'p', name: 'P', tool_pattern, action: 'block', priority: 0, is_active: true, conditions: { argument_pattern }, created_at: '', updated_at: '' };
}
