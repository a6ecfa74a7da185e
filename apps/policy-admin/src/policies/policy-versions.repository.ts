import { type Actor, type Policy, type PolicySet, type PolicyVersion, type PolicyVersionDiff, type Reply, type WholePolicyVersion } from '@holdpoint/contracts';
import { checkPolicyDraft, combinedEffect, defaultActionEffect, diffPolicies, type Effect } from '@holdpoint/policy';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { cursorProblem, pageOf, readCursor, withinBytes } from '../page.ts';
import { guardNotFound, invalidInput, lacksRole, maySee, refused } from '../refusal.ts';
import { isoMicros, rowsOf } from '../sql.ts';
import { changePolicies, type Refused, type Writer, type Written } from './change-policies.ts';
import { listTag } from './etag.ts';
import { writtenOf } from './policy-draft.ts';
import { firstAsked } from './reorder.ts';

type VersionRow = Omit<PolicyVersion, 'summary'> & { summary: string | null };
type WholeRow = VersionRow & { body: string; inactive_policies: string | null };
type Kept = Readonly<{ set: PolicySet; policies: readonly Policy[]; complete: boolean }>;

const Cursor = z.tuple([z.int().min(1)]);

const columns = `s.version, s.author, ${isoMicros('s.created_at')} AS created_at, a.action, a.subject_id, s.summary, s.active_count AS active, s.inactive_count AS inactive`;
const versions = 'policy_sets s JOIN audit a ON a.guard_id = s.guard_id AND a.revision = s.revision';

/** Every version of a guard's policies, which are kept as long as the guard is. */
@Injectable()
export class PolicyVersionsRepository {
  constructor(private readonly db: DataSource) {}

  /** Newest first. */
  async list(actor: Actor, guardId: string, { limit, cursor }: Readonly<{ limit: number; cursor?: string | undefined }>): Promise<Reply<{ data: PolicyVersion[]; next_cursor: string | null }>> {
    const denied = await this.denied(actor, guardId);
    if (denied) return denied;
    const before = readCursor(Cursor, cursor);
    if (before === undefined) return invalidInput(cursorProblem);
    const rows = await rowsOf<VersionRow>(
      this.db,
      `SELECT ${columns} FROM ${versions} WHERE s.guard_id = $1 AND ($2::int IS NULL OR s.version < $2) ORDER BY s.version DESC LIMIT $3`,
      [guardId, before?.[0] ?? null, limit + 1],
    );
    return { ok: pageOf(rows.map(versionOf), limit, ({ version }) => [version]) };
  }

  async get(actor: Actor, guardId: string, version: number): Promise<Reply<WholePolicyVersion>> {
    const denied = await this.denied(actor, guardId);
    if (denied) return denied;
    const row = await readRow(this.db, guardId, version);
    if (!row) return versionNotFound(version);
    const { set, policies, complete } = keptIn(row);
    return { ok: { ...versionOf(row), complete, settings: settingsOf(set), policies: [...policies] } };
  }

  /** What going from one version to the other changes, whichever is the older. */
  async diff(actor: Actor, guardId: string, { from, to }: Readonly<{ from: number; to: number }>): Promise<Reply<PolicyVersionDiff>> {
    const denied = await this.denied(actor, guardId);
    if (denied) return denied;
    const [before, after] = await Promise.all([readKept(this.db, guardId, from), readKept(this.db, guardId, to)]);
    if ('refused' in before) return before;
    if ('refused' in after) return after;
    return { ok: { from, to, ...compared(before, after) } };
  }

  /**
   * Makes a version with the policies of an earlier one: their ids and times of creation, and so their order, are those of then; `updated_at` is that of now for those that are
   * not as they are now. The guard's settings are not touched.
   */
  async restore(writer: Writer, version: number): Promise<Reply<Written<{ data: Policy[] }>>> {
    return await changePolicies(this.db, writer, async ({ tx, policies: current, now }) => {
      const kept = await readKept(tx, writer.guardId, version);
      if ('refused' in kept) return kept;
      if (!kept.complete) return refused(409, 'version_incomplete', `inactive policies of version ${version} were not kept, so that it cannot be restored whole`);
      const present = new Map(current.map((policy) => [policy.id, policy]));
      const wanted = new Set(kept.policies.map(({ id }) => id));
      return {
        put: kept.policies.filter((policy) => !isSame(policy, present.get(policy.id))).map((policy) => ({ ...policy, updated_at: now })),
        remove: current.map(({ id }) => id).filter((id) => !wanted.has(id)),
        answer: (data) => ({ data: [...data] }),
        etag: listTag,
        action: 'policies.restored',
        summary: `Restored version ${version}.`,
        detail: { restored_version: version },
      };
    });
  }

  private async denied(actor: Actor, guardId: string): Promise<Refused | null> {
    const denied = lacksRole(actor, 'admin', 'auditor');
    if (denied) return denied;
    const isThere = maySee(actor, guardId) && (await rowsOf(this.db, 'SELECT 1 FROM guards WHERE id = $1 AND deleted_at IS NULL', [guardId])).length > 0;
    return isThere ? null : guardNotFound(guardId);
  }
}

const versionNotFound = (version: number): Refused => refused(404, 'version_not_found', `the guard has no version ${version}`);

async function readRow(db: DataSource | EntityManager, guardId: string, version: number): Promise<WholeRow | undefined> {
  const [row] = await rowsOf<WholeRow>(db, `SELECT ${columns}, s.body, s.inactive AS inactive_policies FROM ${versions} WHERE s.guard_id = $1 AND s.version = $2`, [guardId, version]);
  return row;
}

function keptIn({ body, inactive_policies: inactive }: WholeRow): Kept {
  const set = JSON.parse(body) as PolicySet;
  return { set, policies: [...set.policies, ...(inactive === null ? [] : (JSON.parse(inactive) as Policy[]))].sort(firstAsked), complete: inactive !== null };
}

/** INVARIANT: what this version of the product cannot use, field by field, is refused as a whole: nothing is restored, or compared, by half. */
async function readKept(db: DataSource | EntityManager, guardId: string, version: number): Promise<Kept | Refused> {
  const row = await readRow(db, guardId, version);
  if (!row) return versionNotFound(version);
  const kept = keptIn(row);
  const problems = kept.policies.flatMap((policy, at) => checkPolicyDraft(writtenOf(policy)).map(({ path, message }) => ({ path: `/policies/${at}${path}`, message })));
  if (problems.length === 0) return kept;
  return refused(409, 'version_not_usable', `version ${version} has policies that this version of the product cannot use`, problems.slice(0, 100));
}

const isSame = (kept: Policy, present: Policy | undefined): boolean =>
  present !== undefined && kept.created_at === present.created_at && JSON.stringify(writtenOf(kept)) === JSON.stringify(writtenOf(present));

/** What was done, as far as it was not put into words then. */
const inWords: Readonly<Record<string, string>> = {
  'guard.created': 'Created the guard.',
  'guard.updated': 'Changed settings of the guard.',
  'guard.deleted': 'Deleted the guard.',
  'policy.created': 'Created a policy.',
  'policy.updated': 'Changed a policy.',
  'policy.deleted': 'Deleted a policy.',
  'policies.reordered': 'Put policies into another order.',
};

const versionOf = ({ version, author, created_at, action, subject_id, summary, active, inactive }: VersionRow): PolicyVersion => ({
  version,
  author,
  created_at,
  action,
  subject_id,
  summary: summary ?? inWords[action] ?? 'Changed something.',
  active,
  inactive,
});

const settingsOf = ({ default_action, failure_mode, max_policy_staleness_seconds, replay_seconds, release_minutes, record_arguments }: PolicySet): WholePolicyVersion['settings'] => ({
  default_action,
  failure_mode,
  max_policy_staleness_seconds,
  replay_seconds,
  release_minutes,
  record_arguments,
});

function compared(before: Kept, after: Kept): Omit<PolicyVersionDiff, 'from' | 'to'> {
  const complete = before.complete && after.complete;
  const [was, is] = [before, after].map(({ policies }) => (complete ? policies : policies.filter(({ is_active }) => is_active))) as [readonly Policy[], readonly Policy[]];
  const diff = diffPolicies(was, is, { defaultActions: [before.set.default_action, after.set.default_action] });
  const settings = settingChanges(before.set, after.set);
  const entries = [...diff.added.map((added) => ({ added })), ...diff.removed.map((removed) => ({ removed })), ...diff.changed.map((changed) => ({ changed: { ...changed, fields: [...changed.fields] } }))];
  const shown = withinBytes(entries);
  return {
    effect: combinedEffect([diff.effect, ...settings.map(({ effect }) => effect)]),
    complete,
    settings,
    added: shown.flatMap((entry) => ('added' in entry ? [entry.added as PolicyVersionDiff['added'][number]] : [])),
    removed: shown.flatMap((entry) => ('removed' in entry ? [entry.removed as PolicyVersionDiff['removed'][number]] : [])),
    changed: shown.flatMap((entry) => ('changed' in entry ? [entry.changed as PolicyVersionDiff['changed'][number]] : [])),
    reordered: [...diff.reordered],
    omitted: entries.length - shown.length,
  };
}

function settingChanges(was: PolicySet, is: PolicySet): PolicyVersionDiff['settings'] {
  const [before, after] = [settingsOf(was), settingsOf(is)];
  const effects: Readonly<Record<keyof WholePolicyVersion['settings'], Effect>> = {
    default_action: defaultActionEffect(before.default_action, after.default_action),
    failure_mode: after.failure_mode === 'open' ? 'loosened' : 'tightened',
    // The longer an evaluator goes on by the set it holds, the longer that one counts, whatever it says.
    max_policy_staleness_seconds: 'unclear',
    replay_seconds: 'neither',
    release_minutes: 'neither',
    record_arguments: 'neither',
  };
  return (Object.keys(effects) as (keyof typeof effects)[]).filter((field) => before[field] !== after[field]).map((field) => ({ field, before: before[field], after: after[field], effect: effects[field] }));
}
