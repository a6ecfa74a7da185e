import {
  AnthropicToolUse,
  inputProblems,
  isJsonObject,
  OpenAiFunctionCall,
  OpenAiToolCall,
  parseStrictJson,
  ToolArguments,
  type InputProblem,
  type JsonObject,
  type ProviderToolsRequest,
  type ToolCall,
} from '@holdpoint/contracts';
import { InvalidInput } from '@holdpoint/messaging';
import type { z } from 'zod';

/** A tool call as it is judged, and the approval its asker names for it. */
export type AskedCall = ToolCall & Readonly<{ approval_id?: string | undefined }>;

type Read = { call: AskedCall } | { problems: readonly InputProblem[] };

/** The calls of a provider's request in our own shape. Throws `InvalidInput` with every problem, by JSON pointer into the request. */
export function fromProviders(calls: ProviderToolsRequest['tool_calls']): AskedCall[] {
  const read = calls.map((call, index) => fromProvider(call, ['tool_calls', index]));
  const problems = read.flatMap((one) => ('problems' in one ? one.problems : []));
  if (problems.length > 0) throw new InvalidInput(problems);
  const asked = read.flatMap((one) => ('call' in one ? [one.call] : []));
  if (new Set(asked.map(({ id }) => id)).size < asked.length) throw new InvalidInput([{ path: '/tool_calls', message: 'must have distinct ids' }]);
  return asked;
}

type Path = readonly (string | number)[];

/** The shapes exclude one another; what fits none is told the problems of the one that it is nearest to. */
function fromProvider(call: unknown, path: Path): Read {
  if (!isJsonObject(call)) return { problems: [{ path: `/${path.join('/')}`, message: 'must be an object' }] };
  const { type } = call;
  if (type === 'tool_use' || (type === undefined && Object.hasOwn(call, 'input'))) {
    return reading(AnthropicToolUse, call, path, ({ id, name, input, approval_id }) => ({ call: asked({ id, name, approval_id }, input) }));
  }
  if (type === 'function_call' || (type === undefined && Object.hasOwn(call, 'call_id'))) {
    return reading(OpenAiFunctionCall, call, path, ({ call_id, name, arguments: text, approval_id }) => fromText({ id: call_id, name, approval_id }, text, [...path, 'arguments']));
  }
  return reading(OpenAiToolCall, call, path, ({ id, function: { name, arguments: text }, approval_id }) =>
    fromText({ id, name, approval_id }, text, [...path, 'function', 'arguments']),
  );
}

function reading<S extends z.ZodType>(schema: S, call: JsonObject, path: Path, read: (call: z.output<S>) => Read): Read {
  const result = schema.safeParse(call);
  // The call itself, not the schema's copy: arguments are handed on as they were sent.
  return result.success ? read(call as z.output<S>) : { problems: inputProblems(result.error.issues, path) };
}

/** Arguments that travel as a string are JSON of their own, read as strictly as the request around them. */
function fromText(named: Named, text: string, path: Path): Read {
  const at = `/${path.join('/')}`;
  const parsed = parseStrictJson(text);
  if (!parsed.ok) return { problems: [{ path: at, message: `holds JSON that cannot be read: ${parsed.problem.message}${parsed.problem.path === '' ? '' : `, at \`${parsed.problem.path}\``}` }] };
  const checked = ToolArguments.safeParse(parsed.value);
  if (!checked.success) return { problems: [{ path: at, message: checked.error.issues[0]?.message ?? 'must be an object' }] };
  return { call: asked(named, parsed.value as JsonObject) };
}

type Named = Readonly<{ id: string; name: string; approval_id: string | undefined }>;

const asked = ({ id, name, approval_id }: Named, args: JsonObject): AskedCall => ({ id, name, arguments: args, ...(approval_id === undefined ? {} : { approval_id }) });
