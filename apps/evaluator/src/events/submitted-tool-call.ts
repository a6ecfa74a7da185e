import {
  agentSpeaking,
  CallerText,
  inputProblems,
  invalidInput,
  isJsonObject,
  parseStrictJson,
  SubmittedToolCall,
  type EvaluateCall,
  type InputProblem,
  type ProblemFacts,
  type SubmittedMessage,
} from '@holdpoint/contracts';
import { hashOfArguments } from '../decisions/judge.ts';
import { eventKeyOf, requestIdOf } from './event-key.ts';

/** Why a submitted message is no call that can be judged, and whose it is as far as it says. */
export type RefusedSubmission = Readonly<{ facts: ProblemFacts; sessionId?: string | undefined; toolCallId?: string | undefined }>;
export type Submission = Readonly<{ call: EvaluateCall }> | Readonly<{ refused: RefusedSubmission }>;

const maxBytes = 1024 ** 2;
/** What a call needs beside itself in a message: names, reasons, and what the scanner saw, three times. */
const roomBytes = 65_536;
/** Told of one message: enough to mend it, small enough for an event. */
const maxProblems = 20;
const maxPathLength = 256;

/** Reads what a key sent, as strictly as an HTTP body and in the same words. `maxPayload`: bytes of the largest message that travels. */
export function readSubmission(message: SubmittedMessage, maxPayload: number): Submission {
  const { text } = message;
  if (text === undefined) return refusedAs([{ path: '', message: 'the body is not UTF-8' }]);
  if (text === '') return refusedAs([{ path: '', message: 'a JSON body is required' }]);
  if (Buffer.byteLength(text) > maxBytes) return { refused: { facts: { status: 413, code: 'body_too_large', detail: 'The body is larger than 1 MiB.' } } };
  const parsed = parseStrictJson(text);
  if (!parsed.ok) return refusedAs([parsed.problem]);
  const checked = SubmittedToolCall.safeParse(parsed.value);
  if (!checked.success) return refusedAs(inputProblems(checked.error.issues), parsed.value);
  // INVARIANT: the value that was sent, not the schema's copy of it: what is judged is what runs.
  return ofSender(parsed.value as SubmittedToolCall, message, maxPayload);
}

function ofSender(submitted: SubmittedToolCall, { guard_id, key_id, owner_email, agent_ids, trace_id }: SubmittedMessage, maxPayload: number): Submission {
  const { session_id, end_user_id, context, tool_call } = submitted;
  const { id, name, type } = tool_call;
  const speaking = agentSpeaking(agent_ids, submitted.agent_id);
  if ('refused' in speaking) return { refused: { facts: speaking.refused, sessionId: session_id, toolCallId: id } };
  const { agentId } = speaking;
  const asked = {
    guard_id,
    key_id,
    ...(owner_email === undefined ? {} : { owner_email }),
    session_id,
    ...(end_user_id === undefined ? {} : { end_user_id }),
    ...(agentId === undefined ? {} : { agent_id: agentId }),
    ...(context === undefined ? {} : { context }),
    tool_call: { id, name, ...(type === undefined ? {} : { type }), arguments: tool_call.arguments },
    trace_id,
  };
  // Parked, a call travels three times in one message: as itself, and in the records of its wait and of its release.
  if (3 * Buffer.byteLength(JSON.stringify(asked)) + roomBytes > maxPayload) {
    return { refused: { facts: { status: 413, code: 'call_too_large', detail: `The call \`${id}\` is too large to be judged.` }, sessionId: session_id, toolCallId: id } };
  }
  const eventKey = eventKeyOf(asked, hashOfArguments(tool_call.arguments) ?? '');
  return { call: { ...asked, request_id: requestIdOf(eventKey), event_key: eventKey } };
}

function refusedAs(problems: readonly InputProblem[], value?: unknown): Submission {
  const told = problems.slice(0, maxProblems).map(({ path, message }) => ({ path: path.slice(0, maxPathLength), message }));
  return { refused: { facts: invalidInput(told), ...(isJsonObject(value) && { sessionId: callerText(value['session_id']), toolCallId: isJsonObject(value['tool_call']) ? callerText(value['tool_call']['id']) : undefined }) } };
}

function callerText(value: unknown): string | undefined {
  const read = CallerText.safeParse(value);
  return read.success ? read.data : undefined;
}
