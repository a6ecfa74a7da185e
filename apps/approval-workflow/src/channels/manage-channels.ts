import { type Actor, type Channel, ChannelId, type ChannelDraft, type ChannelPatch, type ChannelWithSecret, type InputProblem, invalidInput, type Refusal, type Reply, type SecretRotation } from '@holdpoint/contracts';
import { shownChannel } from './channel.row.ts';
import { type ChannelKey, type Channels, maxChannelsPerGuard, type StoredChannel } from './channels.repository.ts';
import type { Destinations } from './destinations.ts';
import { keyBytes, newSecret } from './signature.ts';

type Asked = Readonly<{ actor: Actor; guard_id: string }>;
type AskedOne = Asked & Readonly<{ channel_id: string }>;
type PageAsked = Asked & Readonly<{ limit: number; cursor?: string | undefined }>;
type Refused = Readonly<{ refused: Refusal }>;

export const channelNotFound: Refused = { refused: { status: 404, code: 'channel_not_found', detail: 'no such channel' } };

const usualOverlapSeconds = 86_400;

/** What admins do with a guard's channels. INVARIANT: a secret is in the answer that made it known, and in no other. */
export class ManageChannels {
  private readonly channels: Channels;
  private readonly destinations: Destinations;

  constructor({ channels, destinations }: Readonly<{ channels: Channels; destinations: Destinations }>) {
    this.channels = channels;
    this.destinations = destinations;
  }

  async create({ actor, guard_id, draft }: Asked & Readonly<{ draft: ChannelDraft }>): Promise<Reply<ChannelWithSecret>> {
    const refused = notAdmin(actor, guard_id) ?? this.unfit({ url: draft.url, secret: draft.secret });
    if (refused !== null) return refused;
    const secret = draft.secret ?? newSecret();
    const { name, url, is_active: isActive = true, may_decide: mayDecide = false } = draft;
    const created = await this.channels.create({ guardId: guard_id, name, url, isActive, mayDecide, secret, by: `key:${actor.key_id}` });
    if (created === null) return { refused: { status: 409, code: 'too_many_channels', detail: `a guard has at most ${maxChannelsPerGuard} channels` } };
    return { ok: { ...shown(created), secret } };
  }

  async list({ actor, guard_id, limit, cursor }: PageAsked): Promise<Reply<{ data: Channel[]; next_cursor: string | null }>> {
    const refused = notAdmin(actor, guard_id) ?? notACursor(cursor, ChannelId.safeParse(cursor).success);
    if (refused !== null) return refused;
    const found = await this.channels.page({ guardId: guard_id, before: cursor, limit: limit + 1 });
    const data = found.slice(0, limit).map(shown);
    return { ok: { data, next_cursor: found.length > limit ? (data.at(-1)?.id ?? null) : null } };
  }

  async get(asked: AskedOne): Promise<Reply<Channel>> {
    return notAdmin(asked.actor, asked.guard_id) ?? replyWith(await this.channels.find(keyOf(asked)));
  }

  async update(asked: AskedOne & Readonly<{ patch: ChannelPatch }>): Promise<Reply<Channel>> {
    const { actor, guard_id, patch } = asked;
    return notAdmin(actor, guard_id) ?? this.unfit({ url: patch.url }) ?? replyWith(await this.channels.update(keyOf(asked), patch, `key:${actor.key_id}`));
  }

  async delete(asked: AskedOne): Promise<Reply<Channel>> {
    return notAdmin(asked.actor, asked.guard_id) ?? replyWith(await this.channels.delete(keyOf(asked), `key:${asked.actor.key_id}`));
  }

  async rotate(asked: AskedOne & Readonly<{ rotation: SecretRotation }>): Promise<Reply<ChannelWithSecret>> {
    const { actor, guard_id, rotation } = asked;
    const refused = notAdmin(actor, guard_id) ?? this.unfit({ secret: rotation.secret });
    if (refused !== null) return refused;
    const secret = rotation.secret ?? newSecret();
    const rotated = await this.channels.rotate(keyOf(asked), { secret, overlapMs: (rotation.overlap_seconds ?? usualOverlapSeconds) * 1_000, by: `key:${actor.key_id}` });
    return rotated === null ? channelNotFound : { ok: { ...shown(rotated), secret } };
  }

  /** What only this service can tell of a channel's fields. */
  private unfit({ url, secret }: Readonly<{ url?: string | undefined; secret?: string | undefined }>): Refused | null {
    const aboutUrl = url === undefined ? null : this.destinations.problemWith(url);
    const aboutSecret = secret === undefined || keyBytes(secret) !== null ? null : 'must be `whsec_` and the base64 of 24 to 64 bytes';
    const errors: InputProblem[] = [
      ...(aboutUrl === null ? [] : [{ path: '/url', message: aboutUrl }]),
      ...(aboutSecret === null ? [] : [{ path: '/secret', message: aboutSecret }]),
    ];
    return errors.length === 0 ? null : unreadable(errors);
  }
}

export function keyOf({ guard_id, channel_id }: AskedOne): ChannelKey {
  return { guardId: guard_id, channelId: channel_id };
}

/** Roles count on the key's own guards only. */
export function notAdmin({ roles, guards }: Actor, guardId: string): Refused | null {
  if (roles.includes('admin') && (guards === '*' || guards.includes(guardId))) return null;
  return { refused: { status: 403, code: 'role_missing', detail: 'only an admin of the guard manages its channels' } };
}

export function notACursor(cursor: string | undefined, fits: boolean): Refused | null {
  return cursor === undefined || fits ? null : unreadable([{ path: '/cursor', message: 'must be a `next_cursor` of this list' }]);
}

function unreadable(errors: InputProblem[]): Refused {
  return { refused: { status: 400, code: 'invalid_input', detail: invalidInput(errors).detail, errors } };
}

function replyWith(found: StoredChannel | null): Reply<Channel> {
  return found === null ? channelNotFound : { ok: shown(found) };
}

function shown({ row, at }: StoredChannel): Channel {
  return shownChannel(row, at);
}
