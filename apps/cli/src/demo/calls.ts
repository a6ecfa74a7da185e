import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Call = z.object({
  id: z.string().min(1),
  tool: z.string().min(1),
  arguments: z.custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'must be an object'),
});
/** One tool call to replay. Other fields of a line are not read. */
export type Call = Readonly<z.output<typeof Call>>;

export class UnreadableCalls extends Error {
  override readonly name = 'UnreadableCalls';
}

/** Reads JSON lines `{id, tool, arguments}`. Throws with file, line and field. */
export function readCalls(file: string): readonly Call[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UnreadableCalls(`${file}: cannot be read (${error instanceof Error ? error.message : 'unknown reason'})`);
  }
  const calls = text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [readLine(line, `${file}:${index + 1}`)]));
  if (calls.length === 0) throw new UnreadableCalls(`${file}: holds no calls`);
  return calls;
}

function readLine(line: string, place: string): Call {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UnreadableCalls(`${place}: not JSON`);
  }
  const result = Call.safeParse(value);
  if (!result.success) throw new UnreadableCalls(`${place}: ${result.error.issues.map((issue) => `${issue.path.join('.') || 'line'}: ${issue.message}`).join('; ')}`);
  const { id, tool } = result.data;
  // The object as parsed: a schema's copy of the arguments would lose a key named `__proto__`.
  return { id, tool, arguments: (value as Call).arguments };
}
