import { describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { fileInTarGz, listedChecksum, sha256 } from './release-archive.ts';

describe('a release archive', () => {
  it('gives the file of that name, in whatever folder it lies', () => {
    const archive = gzipSync(Buffer.concat([entry('v1/LICENSE', 'text'), entry('v1/nats-server', 'x'.repeat(700)), Buffer.alloc(1024)]));
    expect(fileInTarGz(archive, 'nats-server')?.toString()).toBe('x'.repeat(700));
    expect(fileInTarGz(archive, 'nats')).toBeUndefined();
  });

  it('is refused when it ends in the middle of the file', () => {
    const archive = gzipSync(entry('v1/nats-server', 'x'.repeat(700)).subarray(0, 900));
    expect(() => fileInTarGz(archive, 'nats-server')).toThrow('archive ends early');
  });

  it('is checked against the checksum that the release lists for exactly its name', () => {
    const sums = `${sha256(Buffer.from('a'))}  a.tar.gz\n${sha256(Buffer.from('b'))} *b.tar.gz\n`;
    expect(listedChecksum(sums, 'a.tar.gz')).toBe(sha256(Buffer.from('a')));
    expect(listedChecksum(sums, 'b.tar.gz')).toBe(sha256(Buffer.from('b')));
    expect(listedChecksum(sums, 'tar.gz')).toBeUndefined();
  });
});

function entry(name: string, content: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('0', 156);
  return Buffer.concat([header, Buffer.from(content.padEnd(Math.ceil(content.length / 512) * 512, '\0'))]);
}
