import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';

/** The one regular file of that base name in a `.tar.gz`; `undefined` when there is none. Throws on damaged input. */
export function fileInTarGz(archive: Uint8Array, baseName: string): Buffer | undefined {
  const tar = gunzipSync(archive, { maxOutputLength: 512 * 1024 * 1024 });
  for (let offset = 0; offset + 512 <= tar.length; ) {
    const header = tar.subarray(offset, offset + 512);
    const name = text(header.subarray(0, 100));
    if (name === '') return undefined;
    const size = Number.parseInt(text(header.subarray(124, 136)).trim(), 8);
    if (!Number.isSafeInteger(size) || size < 0) throw new Error('damaged archive');
    const isFile = header[156] === 0x30 || header[156] === 0;
    const content = tar.subarray(offset + 512, offset + 512 + size);
    if (isFile && name.split('/').at(-1) === baseName) {
      if (content.length !== size) throw new Error('archive ends early');
      return content;
    }
    offset += 512 + Math.ceil(size / 512) * 512;
  }
  return undefined;
}

/** The SHA-256 that a `SHA256SUMS` file lists for a name, in lower-case hex. */
export function listedChecksum(sums: string, name: string): string | undefined {
  return sums
    .split('\n')
    .map((line) => /^([0-9a-f]{64})[ \t]+\*?(.+?)\s*$/i.exec(line))
    .find((match) => match?.[2] === name)?.[1]
    ?.toLowerCase();
}

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function text(field: Uint8Array): string {
  const end = field.indexOf(0);
  return Buffer.from(end === -1 ? field : field.subarray(0, end)).toString('latin1');
}
