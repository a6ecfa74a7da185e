import type { MsgHdrs } from '@nats-io/transport-node';
import { PublishUnconfirmed } from './errors.ts';
import type { ReplyInbox } from './reply-inbox.ts';
import { headersOf, messageIdHeader } from './wire.ts';

/** One message of many for a stream. */
export type Outgoing = Readonly<{
  subject: string;
  /** JSON text, sent to the letter. */
  text: string;
  msgId: string;
}>;

type Send = (subject: string, payload: Uint8Array, options: Readonly<{ reply: string; headers: MsgHdrs | undefined }>) => void;

/** What the stream answers to a publish: its place in the stream, or why it has none. */
export type PublishReply = Readonly<{ stream?: string; seq?: number; duplicate?: boolean; error?: { description: string } }>;

/**
 * Sends all at once and resolves when the stream has acknowledged every one: they share one inbox, and answers are only counted.
 * Rejects with `PublishUnconfirmed` at the first that is not stored; which of them are is unknown then, the same `msgId`s store each once.
 */
export function publishTogether(stream: string, messages: readonly Outgoing[], { inbox, send, timeoutMs }: Readonly<{ inbox: ReplyInbox; send: Send; timeoutMs: number }>): Promise<void> {
  const subject = messages[0]?.subject;
  if (subject === undefined) return Promise.resolve();
  return new Promise((resolve, reject) => {
    let left = messages.length;
    const settle = (): void => {
      clearTimeout(timer);
      inbox.close(replyTo);
    };
    const fail = (reason: PublishUnconfirmed['reason'], detail?: string): void => {
      settle();
      reject(new PublishUnconfirmed(subject, reason, detail));
    };
    const replyTo = inbox.open({
      subject,
      onReply: (reply) => {
        const ack = reply.json<PublishReply>();
        if (ack.error || ack.stream !== stream) {
          fail('refused', ack.error?.description ?? `stored by stream \`${ack.stream ?? ''}\``);
          return;
        }
        left -= 1;
        if (left > 0) return;
        settle();
        resolve();
      },
      onFailure: (reason) => fail(reason === 'no_responders' ? 'no_stream' : reason),
    });
    const timer = setTimeout(fail, timeoutMs, 'timeout');
    try {
      for (const { subject: to, text, msgId } of messages) send(to, Buffer.from(text), { reply: replyTo, headers: headersOf({ [messageIdHeader]: msgId }) });
    } catch (error) {
      settle();
      reject(error instanceof Error ? error : new Error('the messages could not be sent', { cause: error }));
    }
  });
}
