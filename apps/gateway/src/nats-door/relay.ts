import { isUtf8 } from 'node:buffer';
import { OutcomesReported, ToolCallsSubmitted } from '@holdpoint/contracts';
import { PublishUnconfirmed, type Messaging } from '@holdpoint/messaging';
import { traceIdOf } from '../calls/trace.ts';
import { Problem } from '../http/problem.ts';
import type { Answering, Asked } from './door-desk.ts';

const storedWithinMs = 4_000;

type Needs = Readonly<{ messaging: Pick<Messaging, 'publish'> }>;

/** Keeps a submitted tool call, its bytes as they are, for an evaluator; answers with the stream's acknowledgement. */
export function relayingToolCalls({ messaging }: Needs): Answering {
  return async (asked) => {
    const { owner_email, agent_ids } = asked.key.access;
    const traceId = traceIdOf(asked.header('traceparent'));
    asked.facts['trace_id'] = traceId;
    const message = { ...sent(asked), ...(owner_email === undefined ? {} : { owner_email }), ...(agent_ids === undefined ? {} : { agent_ids }), trace_id: traceId };
    // No message id: two tenants' duplicates are not one another's, and what a call is its own content says.
    return stored(asked, () => messaging.publish(ToolCallsSubmitted, ToolCallsSubmitted.subjects[0], message, { timeoutMs: storedWithinMs }));
  };
}

/** Keeps an outcome report for the approval service, likewise. */
export function relayingOutcomes({ messaging }: Needs): Answering {
  return async (asked) => stored(asked, () => messaging.publish(OutcomesReported, OutcomesReported.subjects[0], sent(asked), { timeoutMs: storedWithinMs }));
}

function sent({ guard, key, body }: Asked) {
  const text = isUtf8(body) ? { text: body.toString('utf8') } : { base64: body.toString('base64') };
  return { guard_id: guard.id, key_id: key.access.id, received_at: Date.now(), ...text };
}

async function stored({ facts }: Asked, publish: () => Promise<Readonly<{ stream: string; seq: number }>>): Promise<object> {
  try {
    const { stream, seq } = await publish();
    facts['seq'] = seq;
    return { stream, seq };
  } catch (error) {
    if (!(error instanceof PublishUnconfirmed)) throw error;
    if (error.reason === 'too_large') throw new Problem({ status: 413, code: 'body_too_large', detail: 'The body is larger than the NATS server takes.' }, { cause: error });
    const detail = error.outcome === 'unknown' ? 'It is not known whether this was taken. Send it again: what comes twice counts once.' : 'This was not taken: the stream that keeps it cannot. Send it again in a few seconds.';
    throw new Problem({ status: 503, code: 'stream_unavailable', detail }, { cause: error });
  }
}
