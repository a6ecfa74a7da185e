import type { Seal } from './seal.ts';
import type { ToolCall } from '@holdpoint/contracts';

/** What people decide on; at rest only under seal. JSON text keeps every key, `__proto__` and NUL escapes included. */
export type ParkedCall = Readonly<{ toolCall: ToolCall; context?: unknown }>;

export function sealCall(seal: Seal, approvalId: string, { toolCall, context }: ParkedCall): Buffer {
  return seal.seal(approvalId, JSON.stringify({ tool_call: toolCall, context }));
}

/** Throws `SealBroken`. */
export function openCall(seal: Seal, approvalId: string, sealedCall: Buffer): ParkedCall {
  const { tool_call, context } = JSON.parse(seal.open(approvalId, sealedCall)) as { tool_call: ToolCall; context?: unknown };
  return { toolCall: tool_call, context };
}
