import { isUtf8 } from 'node:buffer';
import { inputProblems } from '@holdpoint/contracts';
import type { z } from 'zod';
import { InvalidInput } from './errors.ts';

/** Told of one payload: enough to mend it, small enough for a reply. */
const mostIssues = 50;

/** JSON bytes of a body; `undefined` travels as `null`. */
export function encode(body: unknown): Buffer {
  return Buffer.from((JSON.stringify(body) as string | undefined) ?? 'null');
}

/** The JSON value of a payload, own `__proto__` keys included as data. Throws `InvalidInput`. */
export function decode(data: Uint8Array): unknown {
  if (!isUtf8(data)) throw new InvalidInput([{ path: '', message: 'not UTF-8' }]);
  try {
    return JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8')) as unknown;
  } catch (error) {
    throw new InvalidInput([{ path: '', message: 'not JSON' }], { cause: error });
  }
}

/**
 * INVARIANT: the value handed on is the one received, not the schema's copy of it (which loses `__proto__` keys):
 * what is judged is what runs. `requireUnaltering` keeps the types honest.
 */
export function check<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return value as z.output<S>;
  throw new InvalidInput(inputProblems(result.error.issues).slice(0, mostIssues));
}

/** Throws when a schema would alter what it checks (default, transform, coercion …): such a schema's output is not what `check` hands on. */
export function requireUnaltering(subject: string, schema: z.ZodType): void {
  const alters = alteration(schema, new Set());
  if (alters !== undefined) throw new TypeError(`the schema of \`${subject}\` alters payloads (${alters})`);
}

const altering = new Set(['default', 'prefault', 'catch', 'transform', 'success', 'promise', 'date', 'map', 'set', 'file']);

function alteration(node: unknown, seen: Set<unknown>): string | undefined {
  if (typeof node !== 'object' || node === null || seen.has(node)) return undefined;
  seen.add(node);
  if (Array.isArray(node)) return firstAlteration(node, seen);
  const def = defOf(node);
  if (def === undefined) return Object.getPrototypeOf(node) === Object.prototype ? firstAlteration(Object.values(node), seen) : undefined;
  if (typeof def['type'] === 'string' && altering.has(def['type'])) return def['type'];
  if (def['coerce'] === true) return 'coerce';
  if (def['check'] === 'overwrite') return 'overwrite';
  const lazy: unknown = def['type'] === 'lazy' && typeof def['getter'] === 'function' ? (def['getter'] as () => unknown)() : undefined;
  return firstAlteration([...Object.values(def), lazy], seen);
}

function firstAlteration(nodes: readonly unknown[], seen: Set<unknown>): string | undefined {
  for (const node of nodes) {
    const found = alteration(node, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

function defOf(node: object): Readonly<Record<string, unknown>> | undefined {
  const internals = (node as { _zod?: { def?: Record<string, unknown> } })._zod;
  return internals?.def;
}
