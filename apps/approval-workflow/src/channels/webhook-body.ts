import type { Approval, DeliveryType } from '@holdpoint/contracts';
import { isoTime } from '../approvals/shown-approval.ts';

/** Above this a body is cut, so that it stays below the 20 kB that Standard Webhooks asks for. */
const mostBytes = 19_000;
const previewLength = 2_000;

/**
 * An approval as webhooks carry it: as the API shows it, with `path`, where the gateway has the whole of it. Of a large one the context goes (`context_cut`)
 * and of the arguments a preview stays (`arguments_cut`, `arguments_preview`); `arguments_hash` is that of the whole ones in each case. Where that is not enough the
 * threats go, too (`threats_cut`): their types and the risk score always stay.
 */
export type WebhookApproval = Omit<Approval, 'tool_call'> &
  Readonly<{ tool_call: Omit<Approval['tool_call'], 'arguments'> & { arguments?: Approval['tool_call']['arguments'] }; path: string; arguments_cut?: true; arguments_preview?: string; context_cut?: true; threats_cut?: true }>;

export function webhookApproval(approval: Approval): WebhookApproval {
  const path = `/v1/guard/${approval.guard}/approvals/${approval.id}`;
  const whole = { ...approval, path };
  if (Buffer.byteLength(JSON.stringify(whole)) <= mostBytes) return whole;
  const { context, ...withoutContext } = whole;
  const slim: WebhookApproval = context === undefined ? whole : { ...withoutContext, context_cut: true };
  if (Buffer.byteLength(JSON.stringify(slim)) <= mostBytes) return slim;
  const { arguments: cut, ...call } = approval.tool_call;
  const preview: WebhookApproval = { ...slim, tool_call: call, arguments_cut: true, arguments_preview: beginning(JSON.stringify(cut)) };
  if (Buffer.byteLength(JSON.stringify(preview)) <= mostBytes || preview.threats === undefined) return preview;
  const { threats, ...withoutThreats } = preview;
  return threats.length === 0 ? preview : { ...withoutThreats, threats_cut: true };
}

/** The bytes that are signed and sent, the same in every attempt. */
export function approvalBody(type: Exclude<DeliveryType, 'test'>, at: number, approval: Approval): string {
  return JSON.stringify({ type, timestamp: isoTime(at), data: webhookApproval(approval) });
}

export function testBody(at: number, { channelId, guardId }: Readonly<{ channelId: string; guardId: string }>): string {
  return JSON.stringify({ type: 'test', timestamp: isoTime(at), data: { channel_id: channelId, guard: guardId, message: 'Holdpoint can reach this channel.' } });
}

/** Never ends in half a character. */
function beginning(text: string): string {
  const cut = text.slice(0, previewLength);
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}
