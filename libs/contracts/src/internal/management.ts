import { z } from 'zod';
import { Guard, GuardDraft, GuardPatch } from '../public/guard.ts';
import { CreatedKey, Key, KeyDraft } from '../public/key.ts';
import { GuardId } from '../public/names.ts';
import { Policy } from '../public/policy.ts';
import { AppliedTemplate, PolicyTemplate } from '../public/policy-template.ts';
import { PolicyVersion, PolicyVersionDiff, WholePolicyVersion } from '../public/policy-version.ts';
import { Actor, askedByGateway, IfMatch, Page, pageOf } from './reply.ts';

const ask = askedByGateway('policy-admin');

const committed = 'committed, with its audit row and the new policy-set version, before it is answered; no answer: outcome unknown';
const read = 'read';

/** Entity tag, quotes included, of what a reply shows: a policy's own, or the number of the guard's policy set. */
const etag = z.string().optional();

/** `revision` is what `AwaitActive` waits for, `policy_version` the guard's set that this write made. */
const written = <T extends z.ZodType>(value: T) => z.object({ value, revision: z.int(), policy_version: z.int(), etag });

const actor = Actor;
const guard_id = GuardId;
/** Checked under the lock of the write. Tags of one policy where the question names one, else of the guard's list. */
const if_match = IfMatch.optional();

export const CreateGuard = ask('create-guard', committed, z.object({ actor, draft: GuardDraft }), written(Guard));
export const ListGuards = ask('list-guards', read, z.object({ actor, ...Page }), pageOf(Guard));
export const GetGuard = ask('get-guard', read, z.object({ actor, guard_id }), Guard);
export const UpdateGuard = ask('update-guard', committed, z.object({ actor, guard_id, patch: GuardPatch, if_match }), written(Guard));
export const DeleteGuard = ask('delete-guard', committed, z.object({ actor, guard_id, if_match }), written(Guard));

/** The draft is checked by policy-admin: whatever the client sent. */
const draft = z.unknown();
export const CreatePolicy = ask('create-policy', committed, z.object({ actor, guard_id, draft, if_match }), written(Policy));
export const ListPolicies = ask('list-policies', read, z.object({ actor, guard_id, ...Page }), pageOf(Policy).extend({ etag }));
export const GetPolicy = ask('get-policy', read, z.object({ actor, guard_id, policy_id: z.string() }), Policy.extend({ etag }));
export const UpdatePolicy = ask('update-policy', committed, z.object({ actor, guard_id, policy_id: z.string(), patch: draft, if_match }), written(Policy));
export const DeletePolicy = ask('delete-policy', committed, z.object({ actor, guard_id, policy_id: z.string(), if_match }), written(Policy));
export const ReorderPolicies = ask('reorder-policies', committed, z.object({ actor, guard_id, policy_ids: z.array(z.string()), if_match }), written(z.object({ data: z.array(Policy) })));

const version = z.int().min(1);
export const ListPolicyVersions = ask('list-policy-versions', read, z.object({ actor, guard_id, ...Page }), pageOf(PolicyVersion));
/** Policies as they were kept, whether this version of the product could use them or not. */
export const GetPolicyVersion = ask('get-policy-version', read, z.object({ actor, guard_id, version }), WholePolicyVersion.extend({ policies: z.array(z.looseObject({ id: z.string() })) }));
export const DiffPolicyVersions = ask('diff-policy-versions', read, z.object({ actor, guard_id, from: version, to: version }), PolicyVersionDiff);
export const RestorePolicyVersion = ask('restore-policy-version', committed, z.object({ actor, guard_id, version, if_match }), written(z.object({ data: z.array(Policy) })));

const template = { actor, guard_id, template_id: z.string(), mode: z.enum(['replace', 'append']), if_match };
export const ListPolicyTemplates = ask('list-policy-templates', read, z.object({ actor, guard_id }), z.object({ data: z.array(PolicyTemplate) }));
/** What `ApplyPolicyTemplate` would make of the policies that are there now. */
export const PreviewPolicyTemplate = ask('preview-policy-template', read, z.object(template), z.object({ value: AppliedTemplate, etag }));
export const ApplyPolicyTemplate = ask('apply-policy-template', committed, z.object(template), written(AppliedTemplate));

export const CreateKey = ask('create-key', committed, z.object({ actor, draft: KeyDraft }), CreatedKey);
export const ListKeys = ask('list-keys', read, z.object({ actor, ...Page }), pageOf(Key));
export const RevokeKey = ask('revoke-key', committed, z.object({ actor, key_id: z.string() }), Key);
