import type { Seal } from './seal.ts';
import type { Findings, ToolCall } from '@holdpoint/contracts';

/** What people decide on; at rest only under seal. JSON text keeps every key, `__proto__` and NUL escapes included. */
export type ParkedCall = Readonly<{ toolCall: ToolCall; context?: unknown; findings?: Findings | undefined }>;

export function sealCall(seal: Seal, approvalId: string, { toolCall, context, findings }: ParkedCall): Buffer {
  return seal.seal(approvalId, JSON.stringify({ tool_call: toolCall, context, findings }));
}

/** Throws `SealBroken`. */
export function openCall(seal: Seal, approvalId: string, sealedCall: Buffer): ParkedCall {
  const { tool_call, context, findings } = JSON.parse(seal.open(approvalId, sealedCall)) as { tool_call: ToolCall; context?: unknown; findings?: Findings };
  return { toolCall: tool_call, context, findings };
}
