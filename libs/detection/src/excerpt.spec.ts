import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { excerptOf, masked } from './excerpt.ts';

describe('what is shown of a secret', () => {
  it.each([
    [['sk_live_', '9aX2kQ81LmZ0pR7wVb3T4f2a'].join(''), 'sk_live_…4f2a'],
    [['ghp_', 'a8Kq2LmZ0pR7wVb3T4f2aX9kQ81LmZ0pR7wV'].join(''), 'ghp_…R7wV'],
    ['correct-horse-battery-staple', '…aple'],
    ['Summer-2024!', '…'],
    ['hunter2', '…'],
    [['-----BEGIN RSA PRIVATE', ' KEY-----\nMIIEow'].join(''), ['-----BEGIN RSA PRIVATE', ' KEY-----…'].join('')],
  ])('%s -> %s', (secret, shown) => expect(masked(secret, 'credential_exposure')).toBe(shown));

  it.each([
    ['4929 5814 6320 7711', '…7711'],
    ['378734493671000', '…000'],
    ['DE64 2188 2056 7434 6722 53', 'DE…2253'],
    ['maria.silva@example.com', 'm…@example.com'],
    ['al@example.com', '…@example.com'],
    ['031-50-9349', '…49'],
    ['patient with diabetes', '…'],
  ])('%s -> %s', (datum, shown) => expect(masked(datum, 'pii_exposure')).toBe(shown));

  it('is never more than a quarter of it, and masking again changes nothing', () => {
    const secret = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('a', 'B', '1', '-', '_', '@', '.', ' ', '\n', '…'), maxLength: 60 }));
    fc.assert(
      fc.property(secret, fc.constantFrom('credential_exposure' as const, 'pii_exposure' as const), (text, type) => {
        const shown = masked(text, type);
        expect(masked(shown, type)).toBe(shown);
        if (shown === text) return;
        if (shown.includes('@')) expect((shown.split('…')[0] ?? '').length * 4).toBeLessThanOrEqual(text.indexOf('@'));
        else expect(shown.split('…')[1]?.length ?? 0).toBeLessThanOrEqual(text.length / 4);
      }),
    );
  });

  it('is one line of at most 80 characters', () => {
    expect(excerptOf({ type: 'shell_injection' }, `a\n\tb${'c'.repeat(200)}`)).toHaveLength(80);
    expect(excerptOf({ type: 'shell_injection' }, 'a\n\tb')).toBe('a b');
  });

  it('holds no half of a surrogate pair', () => {
    expect(excerptOf({ type: 'shell_injection' }, `${'c'.repeat(78)}🙈🙈`)).toBe(`${'c'.repeat(78)}…`);
    expect(excerptOf({ type: 'shell_injection' }, 'a\ud83d b 🙈')).toBe('a b 🙈');
  });
});
