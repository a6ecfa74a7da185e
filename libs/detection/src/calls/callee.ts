import { remembering } from '../remembering.ts';
import { purposeOf, words } from '../tool-reading.ts';

/** A call that stands in the arguments of another: a proxy's, one of a batch, a step of a workflow. `given`: the key of its arguments; undefined where they stand beside the name. */
export type Callee = Readonly<{ tool: string; given: string | undefined }>;

type Fields = Readonly<Record<string, unknown>>;

/** What a field says of a call: a tool's name and nothing else; a name of anything; what is run, perhaps; the arguments; where the tool is. */
type Part = 'tool' | 'name' | 'kind' | 'given' | 'server' | 'none';

const PARTS: readonly (readonly [Part, RegExp])[] = [
  ['tool', /^(?:tool|tool_name|tool_id|tool_slug|tool_key|component|component_key|recipient_name|function_name|function|called_tool|mcp_tool)$/],
  ['name', /^name$/],
  ['kind', /^(?:action|action_name|type|uses|node|module|task|plugin)$/],
  ['given', /^(?:(?:tool_|function_|action_|call_|step_)?(?:arguments|args|parameters|params|inputs?|options)|kwargs|with|props|configured_props)$/],
  ['server', /^(?:server|server_name|mcp_server|toolkit)$/],
];
const IDENTIFIER = /^[A-Za-z][\w.:@/-]{0,127}$/;
const MAX_KEYS = 24;

const MAX_REMEMBERED = 4_096;
const MAX_KEY = 64;

const partOf = remembering(MAX_REMEMBERED, MAX_KEY, (key): Part => (key.length > MAX_KEY ? 'none' : (PARTS.find(([, pattern]) => pattern.test(words(key)))?.[0] ?? 'none')));

/** The call that an object makes, if it makes one; `outer`: whose arguments it belongs to. It is asked of every object. */
export function calleeIn(object: Fields, keys: readonly string[], outer: string): Callee | undefined {
  if (keys.length < 2 || keys.length > MAX_KEYS) return undefined;
  let given: string | undefined;
  let [tool, name, kind, server] = ['', '', '', ''];
  for (const key of keys) {
    const part = partOf(key);
    if (part === 'none') continue;
    const value = object[key];
    if (part === 'given') given ??= typeof value === 'object' || typeof value === 'string' ? key : undefined;
    else if (typeof value !== 'string' || !IDENTIFIER.test(value)) continue;
    else if (part === 'tool') tool ||= value;
    else if (part === 'server') server ||= value;
    else if (part === 'name') name ||= value;
    else if (purposeOf(words(value)) !== undefined) kind ||= value;
  }
  if (given !== undefined && isSchema(object[given])) return undefined;
  // Of a shell's or a database's own arguments a name is none of a tool.
  const called = tool || (purposeOf(words(outer)) === undefined ? kind || (given === undefined ? '' : name) : '');
  if (called === '') return undefined;
  const full = server === '' ? called : `${server} ${called}`;
  // Arguments beside the name: only of a tool that runs whatever it is given.
  return given === undefined && purposeOf(words(full)) === undefined ? undefined : { tool: full, given };
}

/** What describes a tool's parameters is no call. */
const isSchema = (given: unknown): boolean => typeof given === 'object' && given !== null && ('properties' in given || '$schema' in given);
