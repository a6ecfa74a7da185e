/** What one line asks about. */
export type ScanRecord = Readonly<{ id: string | number }> &
  (Readonly<{ kind: 'call'; tool: string; type?: string; arguments: Readonly<Record<string, unknown>> }> | Readonly<{ kind: 'output'; tool?: string; text: unknown }>);

type Fields = Readonly<Record<string, unknown>>;

/** Reads one line. Other fields are left alone; without a `kind`, `arguments` make it a call and `text` an output. */
export function readRecord(line: string): ScanRecord | Readonly<{ problem: string }> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { problem: 'is not JSON' };
  }
  if (!isObject(value)) return { problem: 'is not a JSON object' };
  const { id, kind = Object.hasOwn(value, 'arguments') ? 'call' : 'output' } = value;
  if (typeof id !== 'string' && typeof id !== 'number') return { problem: 'has no `id`' };
  // The finding would bear another id than the record.
  if (typeof id === 'number' && Math.abs(id) > Number.MAX_SAFE_INTEGER) return { problem: 'has an `id` that a number cannot hold exactly; write it as a string' };
  switch (kind) {
    case 'call':
      return callIn(value, id);
    case 'output':
      return outputIn(value, id);
    default:
      return { problem: 'has a `kind` that is neither `call` nor `output`' };
  }
}

function callIn({ tool, type, arguments: toolArguments }: Fields, id: string | number): ReturnType<typeof readRecord> {
  if (typeof tool !== 'string') return { problem: 'has no `tool`' };
  if (type !== undefined && typeof type !== 'string') return { problem: 'has a `type` that is no string' };
  if (!isObject(toolArguments)) return { problem: 'has no `arguments`, which must be an object' };
  return { id, kind: 'call', tool, ...(type !== undefined && { type }), arguments: toolArguments };
}

function outputIn({ tool, text }: Fields, id: string | number): ReturnType<typeof readRecord> {
  if (text === undefined) return { problem: 'has no `text`' };
  if (tool !== undefined && tool !== null && typeof tool !== 'string') return { problem: 'has a `tool` that is no string' };
  return { id, kind: 'output', ...(typeof tool === 'string' && { tool }), text };
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
