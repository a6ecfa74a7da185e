import { describe, expect, it } from '@jest/globals';
import { Budget } from '../budget.ts';
import { Variables } from './variables.ts';

describe('constant variables of a script', () => {
  it.each([
    ['a', 'hello.sh'],
    ['a:1:3', 'ell'],
    ['a: -2', 'sh'],
    ['a%.sh', 'hello'],
    ['a#hel', 'lo.sh'],
    ['a/hello/rm', 'rm.sh'],
    ['a//l/L', 'heLLo.sh'],
    ['a^^', 'HELLO.SH'],
    ['#a', '8'],
    ['a:-b', 'hello.sh'],
    ['HOME:0:1', '/'],
    ['PATH%%u*', '/'],
    ['SHELL', '/bin/bash'],
    ['unknown', undefined],
    ['PATH', undefined],
    ['a%%*', undefined],
  ])('${%s} is %j', (inside, value) => {
    const variables = new Variables(new Budget(1e6), 100);
    variables.assign('a=hello', false);
    variables.assign('a+=.sh', false);
    expect(variables.expand(inside)).toBe(value);
  });

  it('are forgotten where they are not constant any more', () => {
    const variables = new Variables(new Budget(1e6), 100);
    variables.assign('a=b', false);
    variables.assign('a=$(date)', true);
    expect(variables.expand('a')).toBeUndefined();
  });

  it('cannot blow a script up', () => {
    const variables = new Variables(new Budget(1e6), 10);
    variables.assign(`a=${'x'.repeat(4_000)}`, false);
    expect(variables.expand('a')).toHaveLength(4_000);
    expect(variables.expand('a')).toBeUndefined();
  });
});
