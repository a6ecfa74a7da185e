import { CallerText, inputProblems, isJsonObject, parseStrictJson, ToolCall, ToolRequest, ValidateRequest, type InputProblem } from '@holdpoint/contracts';
import { instantOf } from '@holdpoint/policy';
import { z } from 'zod';
import { about, placeIn, readDocument } from '../documents/document.ts';

/** A call to be judged. `at`: epoch milliseconds; absent: the line does not say. */
export type OfflineCall = Readonly<{
  id: string | number;
  name: string;
  type?: string | undefined;
  arguments: Readonly<Record<string, unknown>>;
  session_id?: string | undefined;
  end_user_id?: string | undefined;
  agent_id?: string | undefined;
  at?: number;
}>;

/** `column` is within the line, from 1. */
export type BadLine = Readonly<{ column: number; message: string }>;

const Instant = z.string().refine((text) => instantOf(text) !== null, 'must be a time with its offset, such as `2026-03-08T07:30:00Z`');
const Id = z.union([z.string(), z.number().refine((id) => Math.abs(id) <= Number.MAX_SAFE_INTEGER)], 'must be a string, or a number that a double holds');
const own = { at: Instant.optional() };

/** The body of `agent/validate`. */
const Asked = ValidateRequest.extend({ ...own, session_id: CallerText.optional() });
/** The body of `tool`, whose parts need not be known. */
const AskedOne = ToolRequest.extend({ ...own, session_id: CallerText.optional(), id: Id.optional() });
/** A record as `holdpoint scan` reads it, or the facts of a call as golden cases have them; other fields are left alone. */
const Recorded = z.looseObject({
  id: Id,
  kind: z.literal('call', 'must be `call`: policies judge no outputs').optional(),
  tool: ToolCall.shape.name.optional(),
  tool_name: ToolCall.shape.name.optional(),
  type: ToolCall.shape.type,
  tool_type: ToolCall.shape.type,
  arguments: ToolCall.shape.arguments,
  session_id: CallerText.optional(),
  end_user_id: CallerText.optional(),
  agent_id: CallerText.optional(),
  ...own,
});

/** The calls of one line, or what is wrong with it. INVARIANT: arguments are handed on as they were read, never as a schema's copy. */
export function readCallLine(line: string): readonly OfflineCall[] | BadLine {
  const parsed = parseStrictJson(line);
  if (!parsed.ok) return { column: placeIn(line, parsed.at).column, message: about(parsed.problem.path, parsed.because) };
  const { value } = parsed;
  if (!isJsonObject(value)) return { column: 1, message: 'is not a JSON object' };
  const problem = problemIn(value);
  if (problem) return { column: columnOf(line, problem.path), message: about(problem.path, problem.message) };
  return callsIn(value);
}

type Fields = Readonly<Record<string, unknown>>;

function problemIn(value: Fields): InputProblem | undefined {
  const shapes = ['tool_calls', 'tool_call', 'tool', 'tool_name'].filter((field) => Object.hasOwn(value, field));
  const [shape] = shapes;
  if (shapes.length !== 1) return { path: '', message: shape === undefined ? 'is no call: it needs `tool_calls`, `tool_call` or `tool`' : `has ${shapes.map((field) => `\`${field}\``).join(' and ')}: one of them says what is called` };
  const result = (shape === 'tool_calls' ? Asked : shape === 'tool_call' ? AskedOne : Recorded).safeParse(value);
  return result.success ? undefined : inputProblems(result.error.issues)[0];
}

/** Expects a value without problems. */
function callsIn(value: Fields): readonly OfflineCall[] {
  const { session_id, end_user_id, agent_id, at } = value as z.output<typeof Recorded>;
  const asker = { session_id, end_user_id, agent_id, ...(at !== undefined && { at: instantOf(at) ?? Number.NaN }) };
  if (Object.hasOwn(value, 'tool_calls')) return (value as z.output<typeof Asked>).tool_calls.map(({ id, name, type, arguments: given }) => ({ id, name, type, arguments: given, ...asker }));
  if (Object.hasOwn(value, 'tool_call')) {
    const { id, tool_call: call } = value as z.output<typeof AskedOne>;
    return [{ id: id ?? call.id, name: call.name, type: call.type, arguments: call.arguments, ...asker }];
  }
  const { id, tool, tool_name, type, tool_type, arguments: given } = value as z.output<typeof Recorded>;
  return [{ id, name: tool ?? tool_name ?? '', type: type ?? tool_type ?? undefined, arguments: given, ...asker }];
}

/** A line is JSON, so it has one place for every value. */
function columnOf(line: string, path: string): number {
  const document = readDocument(line, 'json');
  return 'problems' in document ? 1 : document.placeOf(path).column;
}
