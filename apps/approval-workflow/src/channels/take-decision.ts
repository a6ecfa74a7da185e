import { createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { ApprovalId, ArgumentsHash, type Approval as ShownApproval, ChannelId, inputProblems, invalidInput, parseStrictJson, type Refusal, type Reply } from '@holdpoint/contracts';
import type { Logger } from '@holdpoint/runtime';
import type { EntityManager } from 'typeorm';
import { databaseNow } from '@holdpoint/persistence';
import { z } from 'zod';
import type { Once } from '../approvals/approvals.repository.ts';
import type { Seal } from '../approvals/seal.ts';
import type { SettleApprovals } from '../approvals/settle-approvals.ts';
import type { Channels } from './channels.repository.ts';
import { isSignedBy, isTimely, newSecret } from './signature.ts';
import { webhookApproval, type WebhookApproval } from './webhook-body.ts';

/** A decision as it arrived: nothing of it is believed yet. */
export type Arrived = Readonly<{ channelId: string; id: string | undefined; timestamp: string | undefined; signature: string | undefined; body: Buffer }>;
export type Answer = Readonly<{ status: number; body: WebhookApproval }> | Readonly<{ refused: Omit<Refusal, 'status'> & Readonly<{ status: Refusal['status'] | 401 }> }>;

type Refused = Extract<Answer, { refused: unknown }>;
type Answered = Reply<ShownApproval>;
type Needs = Readonly<{ channels: Channels; settle: SettleApprovals; seal: Seal; log: Logger; clock?: () => number }>;

const Decision = z.strictObject({
  approval_id: ApprovalId,
  decision: z.enum(['approve', 'reject'], 'must be `approve` or `reject`'),
  arguments_hash: ArgumentsHash,
  comment: z.string().max(2_000, 'must be at most 2000 characters').regex(/^[^\0]*$/, 'must not hold NUL').optional(),
});

/** Visible ASCII without the dot, which separates what is signed. */
const webhookId = /^[\x21-\x2d\x2f-\x7e]{1,256}$/;

const unsigned: Answer = { refused: { status: 401, code: 'bad_signature', detail: 'no message of this channel: unknown channel, wrong signature, or a timestamp more than five minutes away' } };

const idTaken = refusal(409, 'webhook_id_reused', 'a message with this `webhook-id` and another body was taken before');
const closed = refusal(403, 'channel_may_not_decide', 'decisions of this channel do not count: it is not active, or `may_decide` is false');

/** Ends the transaction of a vote that must not count. */
class NoVote extends Error {
  override readonly name = 'NoVote';
  readonly answer: Answer;

  constructor(answer: Answer) {
    super('a decision does not count');
    this.answer = answer;
  }
}

/** Decisions that are signed with a channel's secret. One message, one vote, however often and through whichever replica it arrives. */
export class TakeDecision {
  private readonly needs: Needs;
  private readonly clock: () => number;
  /** An unknown channel takes the time of a known one. */
  private readonly nobodysSecret = newSecret();

  constructor(needs: Needs) {
    this.needs = needs;
    this.clock = needs.clock ?? Date.now;
  }

  // INVARIANT: the signature is verified on the bytes that arrived, before any of them is read and before any approval is looked for.
  async take(arrived: Arrived): Promise<Answer> {
    const { id = '', timestamp = '', signature = '', body } = arrived;
    const channel = ChannelId.safeParse(arrived.channelId).success ? await this.needs.channels.findAnywhere(arrived.channelId) : null;
    const secrets = channel === null ? [this.nobodysSecret] : this.needs.channels.secretsOf(channel);
    const isSigned = (by: readonly string[]): boolean => isSignedBy({ id, timestamp, body }, signature, by);
    const wasSigned = isSigned(secrets);
    if (channel === null || !wasSigned || !isTimely(timestamp, this.clock()) || !webhookId.test(id)) return unsigned;

    const read = readDecision(body);
    if ('refused' in read) return read;
    const { row } = channel;
    if (!row.is_active || !row.may_decide) return closed;
    const { approval_id: approvalId, decision: choice, arguments_hash: argumentsHash, comment } = read.decision;
    const message: Message = { channelId: row.channel_id, webhookId: id, hash: createHash('sha256').update(body).digest(), isSigned };
    const by = { kind: 'webhook', channelId: row.channel_id, roles: ['approver'] } as const;
    try {
      return answerOf(await this.needs.settle.voteAs({ guardId: row.guard_id, approvalId, by, choice, comment, argumentsHash }, this.onceFor(message)));
    } catch (error) {
      if (!(error instanceof NoVote)) throw error;
      return error.answer;
    }
  }

  /** The id is remembered in the transaction of the vote, or the vote does not happen. */
  private onceFor(message: Message): Once<Answered> {
    return {
      answered: async (tx) => {
        // INVARIANT: once an admin has heard that the channel is closed, or a secret ended, nothing is decided through it.
        const channel = await this.needs.channels.hold(tx, message.channelId);
        if (channel === null || !message.isSigned(this.needs.channels.secretsOf(channel))) throw new NoVote(unsigned);
        if (!channel.row.is_active || !channel.row.may_decide) throw new NoVote(closed);
        return await this.recall(tx, message);
      },
      remember: async (tx, answer) => {
        const sealed = this.needs.seal.seal(sealedFor(message), JSON.stringify(answer));
        const rows = await tx.query<unknown[]>(
          'INSERT INTO inbound_decisions (channel_id, webhook_id, body_hash, sealed_answer, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING webhook_id',
          [message.channelId, message.webhookId, message.hash, sealed, await databaseNow(tx)],
        );
        // Taken meanwhile for another approval, so by another body: the same body would have waited for the same approval.
        if (rows.length === 0) throw new NoVote(idTaken);
      },
    };
  }

  private async recall(tx: EntityManager, message: Message): Promise<Answered | null> {
    const [row] = await tx.query<{ body_hash: Buffer; sealed_answer: Buffer }[]>('SELECT body_hash, sealed_answer FROM inbound_decisions WHERE channel_id = $1 AND webhook_id = $2', [message.channelId, message.webhookId]);
    if (row === undefined) return null;
    if (!row.body_hash.equals(message.hash)) throw new NoVote(idTaken);
    this.needs.log.debug({ channel: message.channelId }, 'a decision came again');
    return JSON.parse(this.needs.seal.open(sealedFor(message), row.sealed_answer)) as Answered;
  }
}

type Message = Readonly<{ channelId: string; webhookId: string; hash: Buffer; isSigned: (secrets: readonly string[]) => boolean }>;

function sealedFor({ channelId, webhookId: id }: Message): string {
  return `${channelId} ${id}`;
}

function readDecision(body: Buffer): Readonly<{ decision: z.output<typeof Decision> }> | Refused {
  const parsed = isUtf8(body) ? parseStrictJson(body.toString('utf8')) : { ok: false as const, problem: { path: '', message: 'the body is not UTF-8' } };
  if (!parsed.ok) return invalid([parsed.problem]);
  const read = Decision.safeParse(parsed.value);
  return read.success ? { decision: read.data } : invalid(inputProblems(read.error.issues));
}

function invalid(errors: NonNullable<Refusal['errors']>): Refused {
  return { refused: { status: 400, code: 'invalid_input', detail: invalidInput(errors).detail, errors: errors.slice(0, 100) } };
}

function refusal(status: Refusal['status'], code: string, detail: string): Answer {
  return { refused: { status, code, detail } };
}

function answerOf(reply: Answered): Answer {
  return 'ok' in reply ? { status: 200, body: webhookApproval(reply.ok) } : { refused: reply.refused };
}
