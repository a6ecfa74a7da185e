import { isUtf8 } from 'node:buffer';
import { inputProblems, parseStrictJson, type Endpoint } from '@holdpoint/contracts';
import { InvalidInput } from '@holdpoint/messaging';
import type { PipeTransform } from '@nestjs/common';
import { z } from 'zod';

/** The JSON value of a body's bytes. Throws `InvalidInput`. */
export function readJson(body: unknown): unknown {
  if (!Buffer.isBuffer(body) || body.length === 0) throw new InvalidInput([{ path: '', message: 'a JSON body is required' }]);
  if (!isUtf8(body)) throw new InvalidInput([{ path: '', message: 'the body is not UTF-8' }]);
  const parsed = parseStrictJson(body.toString('utf8'));
  if (!parsed.ok) throw new InvalidInput([parsed.problem]);
  return parsed.value;
}

/**
 * Reads and checks a body.
 * INVARIANT: the value handed on is the very one that was read, never the schema's copy of it: what is judged is what runs.
 */
export function checkedBody<S extends z.ZodType>({ body: schema, bodyOptional = false }: Readonly<{ body: S; bodyOptional?: boolean }>): PipeTransform<unknown, z.output<S>> {
  return {
    transform: (body) => {
      const absent = body === undefined || body === null || (Buffer.isBuffer(body) && body.length === 0);
      return check(schema, bodyOptional && absent ? {} : readJson(body));
    },
  };
}

/** Reads and checks the query: text of integer fields becomes a number, unknown and repeated fields are refused by name. */
export function checkedQuery<S extends z.ZodObject>({ query: schema }: Readonly<{ query: S }>): PipeTransform<unknown, z.output<S>> {
  const numbers = integerFields(schema);
  const none = check(schema, Object.freeze({}));
  return {
    transform: (query) => {
      const given = Object.entries(query as Record<string, unknown>);
      if (given.length === 0) return none;
      return check(schema, Object.fromEntries(given.map(([name, value]) => [name, numbers.has(name) ? readInteger(value) : value])));
    },
  };
}

export function check<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return value as z.output<S>;
  throw new InvalidInput(inputProblems(result.error.issues));
}

function integerFields(schema: z.ZodObject): ReadonlySet<string> {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return new Set(Object.entries(properties).flatMap(([name, field]) => (typeof field === 'object' && field.type === 'integer' ? [name] : [])));
}

/** Anything but plain digits stays text, which no integer field takes. */
function readInteger(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}

export type ParamChecks = readonly (readonly [name: string, schema: z.ZodType])[];

export const paramChecks = ({ params = {} }: Pick<Endpoint, 'params'>): ParamChecks => Object.entries(params);
