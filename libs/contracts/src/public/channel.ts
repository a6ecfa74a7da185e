import { z } from 'zod';
import { ApprovalId, ChannelId, GuardId, Timestamp } from './names.ts';

/** What a channel may be one day, and is refused by name until then. */
const typesToCome: readonly string[] = ['email', 'slack', 'teams'];
const ChannelType = z.literal('webhook', {
  error: ({ input }) => {
    if (input === undefined) return 'required';
    return typeof input === 'string' && typesToCome.includes(input) ? `\`${input}\` is not built yet; \`webhook\` is` : 'must be `webhook`';
  },
});
const name = z.string().min(1, 'must not be empty').max(200, 'must be at most 200 characters').regex(/^\P{Cc}*$/u, 'must not hold control characters');
/** Whether a webhook may go there is said by the approval service, which knows the private ranges it may reach. */
const url = z.string().min(1, 'must not be empty').max(2_048, 'must be at most 2048 characters').regex(/^[^\s\p{Cc}]*$/u, 'must not hold blanks or control characters');

/** `whsec_` and the base64 of 24 to 64 bytes, as Standard Webhooks writes symmetric secrets. */
export const SigningSecret = z.string().regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, 'must be `whsec_` and the base64 of 24 to 64 bytes');

const settings = {
  name,
  url,
  /** Default true. An inactive channel is told nothing, and decides nothing. */
  is_active: z.boolean().optional(),
  /** Default false. Whether decisions that are signed with the channel's secret count as its vote. */
  may_decide: z.boolean().optional(),
};

/** Body of `POST …/channels`. Without a secret one is made. */
export const ChannelDraft = z.strictObject({ type: ChannelType, ...settings, secret: SigningSecret.optional() });
export type ChannelDraft = z.output<typeof ChannelDraft>;

/** Body of `PUT …/channels/{channelId}`: what is left out stays. The secret changes by `rotate-secret` only. */
export const ChannelPatch = z.strictObject({ ...settings, type: ChannelType.optional() }).partial();
export type ChannelPatch = z.output<typeof ChannelPatch>;

export const maxSecretOverlapSeconds = 7 * 86_400;
/** Body of `POST …/rotate-secret`. `overlap_seconds`: how long the secret that was stays valid beside the new one; default a day, 0: not at all. */
export const SecretRotation = z.strictObject({
  secret: SigningSecret.optional(),
  overlap_seconds: z.int('must be a whole number of seconds').min(0, 'must be at least 0').max(maxSecretOverlapSeconds, `must be at most ${maxSecretOverlapSeconds}`).optional(),
});
export type SecretRotation = z.output<typeof SecretRotation>;

/** Where people are told of parked calls, and where they may decide from. Its secret is never in it. */
export const Channel = z.object({
  id: ChannelId,
  type: z.literal('webhook'),
  guard: GuardId,
  name: z.string(),
  url: z.string(),
  is_active: z.boolean(),
  may_decide: z.boolean(),
  /** Why it is inactive when nobody made it so: its receiver answered 410. */
  disabled_reason: z.literal('gone').optional(),
  /** Until then the secret before the last rotation is valid too. */
  previous_secret_expires_at: Timestamp.optional(),
  created_at: Timestamp,
  created_by: z.string(),
  updated_at: Timestamp,
});
export type Channel = z.output<typeof Channel>;

/** Answer of creation and rotation: the only places where the secret stands. */
export const ChannelWithSecret = Channel.extend({ secret: SigningSecret });
export type ChannelWithSecret = z.output<typeof ChannelWithSecret>;

/** What a webhook of ours tells. */
export const DeliveryType = z.enum(['approval.requested', 'approval.resolved', 'test']);
export type DeliveryType = z.output<typeof DeliveryType>;
export const DeliveryStatus = z.enum(['pending', 'delivered', 'failed', 'cancelled']);
export type DeliveryStatus = z.output<typeof DeliveryStatus>;

/** One message to one channel, and every attempt to bring it there. */
export const Delivery = z.object({
  /** The `webhook-id`, the same in every attempt. */
  id: z.string(),
  channel_id: ChannelId,
  type: DeliveryType,
  approval_id: ApprovalId.optional(),
  status: DeliveryStatus,
  created_at: Timestamp,
  /** While it waits for one. */
  next_attempt_at: Timestamp.optional(),
  attempts: z.array(
    z.object({
      at: Timestamp,
      /** What the receiver answered; absent: it did not. */
      status: z.int().optional(),
      error: z.string().optional(),
      duration_ms: z.int(),
    }),
  ),
});
export type Delivery = z.output<typeof Delivery>;
