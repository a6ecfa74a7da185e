import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { root } from './harness.ts';

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

describe('`holdpoint scan` as a process', () => {
  it('reads standard input to its end, keeps the order, and names by number what it cannot read', async () => {
    const calls = Array.from({ length: 20_000 }, (_, at) => (at === 12_345 ? 'not a record' : JSON.stringify({ id: at, kind: 'call', tool: 'read_file', arguments: { path: at === 7 ? '../../../../etc/passwd' : `src/${at}.ts` } })));
    const { code, out, err } = await scanning(calls.join('\n'));
    const findings = out.trimEnd().split('\n').map((line) => JSON.parse(line) as { id: number; risk_score: number; threats_detected: string[] });
    expect(findings.map(({ id }) => id)).toEqual(Array.from({ length: 20_000 }, (_, at) => at).filter((at) => at !== 12_345));
    expect(findings[7]).toMatchObject({ risk_score: expect.any(Number), threats_detected: expect.arrayContaining(['path_traversal']) });
    expect({ code, err }).toEqual({ code: 1, err: 'holdpoint: line 12346 is not JSON\n' });
  });

  it('loses nothing to a reader that is slower than it', async () => {
    // What is still to be written at the end differs with the number of lines.
    const counts = [20_000, 20_050, 20_100, 20_150];
    const read = counts.map(async (count) => {
      const child = start();
      child.stdin?.end(Array.from({ length: count }, (_, at) => `{"id":${at},"text":"x"}\n`).join(''));
      let out = '';
      for await (const piece of child.stdout?.setEncoding('utf8') ?? []) {
        out += String(piece);
        await pause(100);
      }
      return out.split('\n').length - 1;
    });
    expect(await Promise.all(read)).toEqual(counts);
  }, 30_000);

  it('takes the calls of the demo as they are', async () => {
    const { code, out } = await scanning(readFileSync(join(root, 'apps/cli/sample/calls.jsonl'), 'utf8'));
    expect([code, out.trimEnd().split('\n').length]).toEqual([0, 40]);
  });

  it('ends in peace when nobody reads on', async () => {
    const child = start();
    child.stdout?.once('data', () => child.stdout?.destroy());
    child.stdin?.on('error', () => undefined);
    const feed = setInterval(() => child.stdin?.write('{"id":1,"text":"x"}\n'.repeat(1_000)), 1);
    const [code] = (await once(child, 'exit')) as [number];
    clearInterval(feed);
    expect(code).toBe(0);
  });

  it('ends when it is told to, while it waits for more', async () => {
    const child = start();
    child.stdin?.write('{"id":1,"text":"x"}\n');
    await once(child.stdout!, 'data');
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(130);
  });
});

function start(): ChildProcess {
  const child = spawn(process.execPath, [join(root, 'apps/cli/holdpoint.mjs'), 'scan'], { stdio: ['pipe', 'pipe', 'pipe'] });
  running.push(child);
  return child;
}

async function scanning(input: string): Promise<{ code: number | null; out: string; err: string }> {
  const child = start();
  let [out, err] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin?.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}
