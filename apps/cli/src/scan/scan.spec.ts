import { describe, expect, it } from '@jest/globals';
import { scanCall } from '@holdpoint/detection';
import { linesOf } from '../json-lines/lines.ts';
import { scan } from './scan.ts';

const call = (id: string | number, toolArguments: object = {}, tool = 'read_file') => JSON.stringify({ id, kind: 'call', tool, arguments: toolArguments });
const climbs = { path: '../../../../etc/passwd' };

describe('holdpoint scan', () => {
  it('writes one finding a line, in the order of the records', async () => {
    const told = await scanning([call('a', climbs), call(7), '{"id":"o","kind":"output","tool":"fetch","text":"The weather is fine.","label":"benign"}'].join('\n'));
    const { risk_score, threats_detected } = scanCall({ name: 'read_file', arguments: climbs });
    expect(told).toEqual({ code: 0, out: [{ id: 'a', risk_score, threats_detected }, { id: 7, risk_score: 0, threats_detected: [] }, { id: 'o', risk_score: 0, threats_detected: [] }], err: [] });
    expect(threats_detected).toContain('path_traversal');
  });

  it('takes the records of the demo, which have no kind', async () => {
    expect(await scanning('{"id":"1","tool":"read_file","arguments":{}}\r\n\r\n{"id":"2","text":"x"}\n')).toMatchObject({ code: 0, out: [{ id: '1' }, { id: '2' }] });
  });

  it('takes what a tool returned as a text or as JSON', async () => {
    expect(await scanning('{"id":1,"kind":"output","tool":null,"text":{"body":["x"]}}\n{"id":2,"kind":"output","text":null}')).toMatchObject({ code: 0, out: [{ id: 1, risk_score: 0 }, { id: 2, risk_score: 0 }] });
  });

  it.each([
    ['{', 'is not JSON'],
    ['[1]', 'is not a JSON object'],
    ['"x"', 'is not a JSON object'],
    ['{"kind":"call","tool":"t","arguments":{}}', 'has no `id`'],
    ['{"id":{},"text":"x"}', 'has no `id`'],
    ['{"id":12345678901234567891,"text":"x"}', 'cannot hold exactly'],
    ['{"id":1e400,"text":"x"}', 'cannot hold exactly'],
    ['{"id":1,"kind":"mail","text":"x"}', 'neither `call` nor `output`'],
    ['{"id":1,"kind":"call","arguments":{}}', 'has no `tool`'],
    ['{"id":1,"kind":"call","tool":"t","arguments":[]}', 'has no `arguments`'],
    ['{"id":1,"kind":"call","tool":"t","type":7,"arguments":{}}', 'has a `type`'],
    ['{"id":1,"kind":"output","arguments":{}}', 'has no `text`'],
    ['{"id":1,"kind":"output","tool":7,"text":""}', 'has a `tool`'],
    ['{"id":1}', 'has no `text`'],
    ['\u00ff', 'is not JSON'],
  ])('names the line that it cannot read, and scans the others: %s', async (line, problem) => {
    const told = await scanning(`${call('before')}\n${line}\n${call('after')}\n`);
    expect(told).toMatchObject({ code: 1, out: [{ id: 'before' }, { id: 'after' }] });
    expect(told.err).toEqual([expect.stringMatching(/^holdpoint: line 2 /)]);
    expect(told.err[0]).toContain(problem);
  });

  it('names a line that is no UTF-8', async () => {
    expect(await scanning(Buffer.concat([Buffer.from(`${call('a')}\n`), Buffer.from([0x22, 0xff, 0x22, 0x0a]), Buffer.from(call('b'))]))).toMatchObject({ code: 1, out: [{ id: 'a' }, { id: 'b' }], err: [expect.stringContaining('line 2 is not UTF-8')] });
  });

  it('writes each finding before it reads on', async () => {
    const happened: string[] = [];
    async function* input(): AsyncGenerator<Uint8Array> {
      for (const id of ['a', 'b']) {
        happened.push(`reads ${id}`);
        yield Buffer.from(`${call(id)}\n`);
      }
    }
    const out = async (line: string) => {
      await Promise.resolve();
      happened.push(`wrote ${(JSON.parse(line) as { id: string }).id}`);
    };
    expect(await scan({ args: [], input: input(), out, err: () => undefined })).toBe(0);
    expect(happened).toEqual(['reads a', 'wrote a', 'reads b', 'wrote b']);
  });

  it('takes no arguments', async () => {
    const told = await scanning('', ['file.jsonl']);
    expect(told).toMatchObject({ code: 64, out: [], err: [expect.stringContaining('holdpoint scan < calls.jsonl')] });
  });
});

describe('lines', () => {
  it.each<[string[], string[]]>([
    [['a\nb\n'], ['a', 'b']],
    [['a\nb'], ['a', 'b']],
    [['a', 'b\n', '\nc', ''], ['ab', '', 'c']],
    [[''], []],
    [['ä'.slice(0, 1), '\n'], ['ä']],
  ])('%j are %j', async (chunks, wanted) => {
    expect((await all(chunks.map((chunk) => Buffer.from(chunk)))).map((line) => ('text' in line ? line.text : line.problem))).toEqual(wanted);
  });

  it('may be cut within a character by a chunk', async () => {
    const bytes = Buffer.from('für\n');
    expect(await all([...bytes].map((byte) => Buffer.from([byte])))).toEqual([{ number: 1, text: 'für' }]);
  });

  it('that are too long are left out, and counted', async () => {
    expect(await all(['aaa', 'aaa\nb\n', 'cccccc'].map((chunk) => Buffer.from(chunk)), 5)).toEqual([{ number: 1, problem: 'is longer than 5 bytes' }, { number: 2, text: 'b' }, { number: 3, problem: 'is longer than 5 bytes' }]);
  });
});

async function all(chunks: readonly Uint8Array[], maxBytes?: number) {
  const lines = [];
  for await (const line of linesOf(inChunks(chunks), maxBytes)) lines.push(line);
  return lines;
}

async function scanning(input: string | Uint8Array, args: readonly string[] = []) {
  const [out, err]: [unknown[], string[]] = [[], []];
  const code = await scan({
    args,
    input: inChunks([typeof input === 'string' ? Buffer.from(input) : input]),
    out: (line) => {
      out.push(JSON.parse(line));
      return Promise.resolve();
    },
    err: (line) => err.push(line),
  });
  return { code, out, err };
}

async function* inChunks(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
