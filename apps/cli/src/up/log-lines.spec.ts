import { describe, expect, it } from '@jest/globals';
import { isProblem, readableLine } from './log-lines.ts';

const at = new Date('2026-11-23T10:20:30.456Z');

describe('a service’s log line, for a person', () => {
  it('is time, part, level, message and facts', () => {
    expect(readableLine('gateway', '{"level":"info","time":"x","service":"gateway","msg":"listening","address":"http://127.0.0.1:8080","retries":2}', at)).toBe(
      '10:20:30.456 gateway           info  listening address=http://127.0.0.1:8080 retries=2',
    );
  });

  it('names the error without its stack', () => {
    expect(readableLine('evaluator', '{"level":"warn","msg":"lease not renewed","err":{"type":"PeerUnavailable","message":"nobody answered","stack":"at …"}}', at)).toBe(
      '10:20:30.456 evaluator         warn  lease not renewed (PeerUnavailable: nobody answered)',
    );
  });

  it.each(['plain text', '{not json', '[1]', ''])('stands as it is when it is not one: %j', (line) => {
    expect(readableLine('migrate', line, at)).toBe(`10:20:30.456 migrate           ${line}`);
  });

  it.each([
    ['{"level":"error","msg":"x"}', true],
    ['{"level":"warn","msg":"x"}', true],
    ['{"level":"info","msg":"x"}', false],
    ['a stack trace', true],
  ])('%s is a problem: %s', (line, problem) => expect(isProblem(line)).toBe(problem));
});
