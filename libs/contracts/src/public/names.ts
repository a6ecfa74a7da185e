import { z } from 'zod';

/** A tenant's policy domain, as it stands in paths and NATS subjects. */
export const GuardId = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9, `_`, `-`, starting with a letter or digit');

/** Printable ASCII without blanks; names that JavaScript objects inherit are ordinary names. */
export const ToolName = z.string().regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 printable ASCII characters without blanks');

/** An identifier of the caller's own making (call, session, user, agent): any text without control characters. */
export const CallerText = z.string().regex(/^[^\p{Cc}\p{Cs}]{1,256}$/u, 'must be 1 to 256 characters, none of them a control character');

export const KeyId = z.string().regex(/^[A-Za-z0-9]{12}$/, 'must be 12 letters or digits');
export const PolicyId = z.string().regex(/^pol_[0-9a-z]{26}$/, 'must be a policy id');
export const ApprovalId = z.string().regex(/^apr_[0-9a-z]{26}$/, 'must be an approval id');
export const ChannelId = z.string().regex(/^ch_[0-9a-z]{26}$/, 'must be a channel id');
export const DecisionId = z.string().regex(/^dec_[0-9a-z]{26}$/, 'must be a decision id');

/** Number of a guard's policy set, as it stands in paths. */
export const VersionNumber = z.string().regex(/^[1-9]\d{0,8}$/, 'must be the number of a version');

/** Point in time, RFC 3339 in UTC, millisecond precision. */
export const Timestamp = z.iso.datetime({ offset: true });

/** SHA-256 in lower-case hex of the RFC 8785 form of a tool call's arguments. */
export const ArgumentsHash = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');
