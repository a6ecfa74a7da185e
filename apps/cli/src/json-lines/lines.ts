/** One line without its end, or why it cannot be read. Numbers start at 1. */
export type Line = Readonly<{ number: number; text: string }> | Readonly<{ number: number; problem: string }>;

/** What a command that works line by line reads, and where it writes. */
export type LineStreams = Readonly<{
  input: AsyncIterable<Uint8Array>;
  /** Resolves when more may be written. */
  out: (line: string) => Promise<void>;
}>;

/** Above what any API takes; a file without a line end must not fill the memory. */
const maxLineBytes = 16 * 1024 ** 2;
const newline = 0x0a;

/** The lines of UTF-8 bytes as they come; never more than one of them is held. */
export async function* linesOf(input: AsyncIterable<Uint8Array>, maxBytes = maxLineBytes): AsyncGenerator<Line> {
  let number = 1;
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  const take = (piece: Uint8Array): void => {
    bytes += piece.length;
    if (bytes > maxBytes) pieces = [];
    else if (piece.length > 0) pieces.push(piece);
  };
  const end = (): Line => {
    const line = bytes > maxBytes ? { number, problem: `is longer than ${maxBytes} bytes` } : textOf(number, pieces);
    number += 1;
    [pieces, bytes] = [[], 0];
    return line;
  };
  for await (const chunk of input) {
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      take(chunk.subarray(from, at));
      yield end();
      from = at + 1;
    }
    take(chunk.subarray(from));
  }
  if (bytes > 0) yield end();
}

function textOf(number: number, pieces: readonly Uint8Array[]): Line {
  try {
    return { number, text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces)) };
  } catch {
    return { number, problem: 'is not UTF-8' };
  }
}
