import { z } from 'zod';
import { CallerText, GuardId, KeyId, Timestamp } from './names.ts';
import { invalidInput, type ProblemFacts } from './problem.ts';

export const Role = z.enum(['agent', 'approver', 'admin', 'auditor']);
export type Role = z.output<typeof Role>;
export const allRoles: readonly Role[] = Role.options;

/** `*`: every guard, also those made later. */
export const KeyGuards = z.union([z.literal('*'), z.array(GuardId).min(1).max(1_000)], 'must be `"*"` or a list of guard ids');
export type KeyGuards = z.output<typeof KeyGuards>;

const Email = z.email('must be an e-mail address').max(254);
const IpRange = z.string().min(2).max(64);

/** Body of `POST /v1/keys`. */
export const KeyDraft = z.strictObject({
  name: z.string().min(1, 'must not be empty').max(200, 'must be at most 200 characters'),
  guards: KeyGuards,
  roles: z.array(Role).min(1, 'must name at least one role').max(4),
  /** The person who answers for the key; keys of one owner count as one person in votes. */
  owner_email: Email.optional(),
  /** The agents the key may speak for: one is filled in, of several one must be named. */
  agent_ids: z.array(CallerText).min(1).max(100).optional(),
  expires_at: Timestamp.optional(),
  /** CIDR ranges or single addresses that requests must come from. */
  ip_ranges: z.array(IpRange).min(1).max(100).optional(),
});
export type KeyDraft = z.output<typeof KeyDraft>;

/** A key without its secret, which is shown once and never again. */
export const Key = z.object({
  id: KeyId,
  name: z.string(),
  guards: KeyGuards,
  roles: z.array(Role),
  owner_email: Email.optional(),
  agent_ids: z.array(z.string()).optional(),
  expires_at: Timestamp.optional(),
  ip_ranges: z.array(z.string()).optional(),
  created_at: Timestamp,
  created_by: z.string(),
  revoked_at: Timestamp.optional(),
});
export type Key = z.output<typeof Key>;

/** Answer of `POST /v1/keys`: the only place where the whole key stands. */
export const CreatedKey = Key.extend({ key: z.string() });

const keyPattern = /^hp_sk_([A-Za-z0-9]{12})_([A-Za-z0-9_-]{43})$/;

/** The id and secret of an API key (`hp_sk_<12 letters or digits>_<43 base64url characters>`), or null. */
export function parseApiKey(text: string): { id: string; secret: string } | null {
  const [, id, secret] = keyPattern.exec(text) ?? [];
  return id === undefined || secret === undefined ? null : { id, secret };
}

/** The agent that speaks through a key of these `agent_ids`. A key with several must name one (400), and one of its own (403). */
export function agentSpeaking(agentIds: readonly string[] | undefined, named: string | undefined): Readonly<{ agentId: string | undefined }> | Readonly<{ refused: ProblemFacts }> {
  if (agentIds === undefined) return { agentId: named };
  if (named === undefined) {
    const [only, ...others] = agentIds;
    if (only !== undefined && others.length === 0) return { agentId: only };
    return { refused: invalidInput([{ path: '/agent_id', message: 'required: this key speaks for several agents' }]) };
  }
  if (agentIds.includes(named)) return { agentId: named };
  return { refused: { status: 403, code: 'agent_not_allowed', detail: `This key does not speak for the agent \`${named}\`.` } };
}
