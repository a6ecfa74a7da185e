import { describe, expect, it } from '@jest/globals';
import { programName } from './programs.ts';

describe('the name of a program', () => {
  it.each([
    ['ls', 'ls'],
    ['/usr/bin/LS', 'ls'],
    ['C:\\Windows\\System32\\cmd.exe', 'cmd'],
    ['@rm', 'rm'],
    ['/???/c?t', 'cat'],
    ['/bin/b[a-b]sh', 'bash'],
    ['/bin/wh[!x]ami', 'whoami'],
    ['w*get', 'wget'],
    ['???', '???'],
    ['*', '*'],
    ['[[', '[['],
  ])('%s is %s', (called, name) => {
    expect(programName(called)).toBe(name);
  });
});
