import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readCalls } from './calls.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'holdpoint-test-calls-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const fileOf = (text: string): string => {
  const file = join(folder, 'calls.jsonl');
  writeFileSync(file, text);
  return file;
};

describe('a file of tool calls', () => {
  it('is JSON lines, blank ones apart, read exactly as written', () => {
    const [first, second] = readCalls(fileOf('{"id":"1","tool":"a","arguments":{"__proto__":{"x":1}},"label":"benign"}\n\n{"id":"2","tool":"b","arguments":{}}\n'));
    expect(Object.keys(first?.arguments ?? {})).toEqual(['__proto__']);
    expect(second).toEqual({ id: '2', tool: 'b', arguments: {} });
  });

  it.each([
    ['{"id":"1"', /calls\.jsonl:1: not JSON/],
    ['{"id":"1","tool":"a","arguments":{}}\n{"id":"2","tool":"b","arguments":[]}', /calls\.jsonl:2: arguments: must be an object/],
    ['{"tool":"a","arguments":{}}', /calls\.jsonl:1: id: /],
    ['\n\n', /holds no calls/],
  ])('%j is refused with file, line and field', (text, message) => expect(() => readCalls(fileOf(text))).toThrow(message));

  it('that does not exist is named', () => expect(() => readCalls(join(folder, 'none.jsonl'))).toThrow(/none\.jsonl: cannot be read/));

  it('ships with the project, forty of them', () => expect(readCalls(fileURLToPath(new URL('../../sample/calls.jsonl', import.meta.url)))).toHaveLength(40));
});
