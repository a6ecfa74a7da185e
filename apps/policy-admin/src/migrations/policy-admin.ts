import type { Migration, MigrationClass } from '@holdpoint/persistence';
import { isoMicros } from '../sql.ts';

type Runner = Parameters<Migration['up']>[0];

/** Guards, policies, versions, keys, leases and the audit trail. Ids and cursors compare by bytes (COLLATE "C"), as JavaScript does. */
class CreatePolicyAdmin implements Migration {
  async up(runner: Runner): Promise<void> {
    await runner.query(`
      -- One counter for all writes. Whoever takes a number holds the row until the commit: numbers become visible in order, without gaps.
      CREATE TABLE revision (
        the_only_row boolean PRIMARY KEY DEFAULT true CHECK (the_only_row),
        value bigint NOT NULL
      );
      INSERT INTO revision (value) VALUES (0);

      CREATE TABLE guards (
        id text COLLATE "C" PRIMARY KEY,
        name text NOT NULL,
        default_action text NOT NULL,
        failure_mode text NOT NULL,
        max_policy_staleness_seconds integer NOT NULL,
        replay_seconds integer NOT NULL,
        release_minutes double precision NOT NULL,
        record_arguments text NOT NULL,
        retention_days integer NOT NULL,
        policy_version integer NOT NULL,
        revision bigint NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        deleted_at timestamptz
      );
      CREATE INDEX guards_by_revision ON guards (revision);

      CREATE TABLE policies (
        id text COLLATE "C" PRIMARY KEY,
        guard_id text COLLATE "C" NOT NULL REFERENCES guards (id),
        name text NOT NULL,
        description text,
        tool_pattern text NOT NULL,
        action text NOT NULL,
        priority integer NOT NULL,
        is_active boolean NOT NULL,
        conditions text,
        approval_config text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
      );
      CREATE INDEX policies_in_deciding_order ON policies (guard_id, priority DESC, created_at, id);

      CREATE TABLE policy_sets (
        guard_id text COLLATE "C" NOT NULL REFERENCES guards (id),
        version integer NOT NULL,
        revision bigint NOT NULL UNIQUE,
        hash text NOT NULL,
        body text NOT NULL,
        bytes integer NOT NULL,
        author text NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (guard_id, version)
      );

      CREATE TABLE keys (
        id text COLLATE "C" PRIMARY KEY,
        secret_hash text NOT NULL,
        name text NOT NULL,
        all_guards boolean NOT NULL,
        guards text[] NOT NULL,
        roles text[] NOT NULL,
        owner_email text,
        agent_ids text[],
        expires_at timestamptz,
        ip_ranges text[],
        revision bigint NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        revoked_at timestamptz
      );
      CREATE INDEX keys_by_revision ON keys (revision);

      CREATE TABLE leases (
        evaluator_id text COLLATE "C" PRIMARY KEY,
        expires_at timestamptz NOT NULL,
        applied_revision bigint NOT NULL
      );

      CREATE TABLE audit (
        id bigserial PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        actor text NOT NULL,
        action text NOT NULL,
        guard_id text,
        subject_id text,
        revision bigint NOT NULL,
        detail text NOT NULL
      );

      CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION '% is written once: no % of its rows', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
      END $$;
      CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON policy_sets FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    `);
  }
}

/** Of policies that limit how often tools are called: the limit, as JSON text. */
class AddRateLimits implements Migration {
  async up(runner: Runner): Promise<void> {
    await runner.query('ALTER TABLE policies ADD COLUMN rate_limit text');
  }
}

/**
 * Of every version: the inactive policies, which evaluators do not get, and what made it, in words. What stands for each guard now is made whole; of older versions
 * inactive policies are not known any more, and stay null.
 */
class KeepWholeVersions implements Migration {
  async up(runner: Runner): Promise<void> {
    await runner.query(`
      ALTER TABLE policy_sets ADD COLUMN inactive text, ADD COLUMN active_count integer, ADD COLUMN inactive_count integer, ADD COLUMN summary text;
      CREATE INDEX audit_by_guard ON audit (guard_id, revision);

      ALTER TABLE policy_sets DISABLE TRIGGER written_once;
      UPDATE policy_sets s SET inactive = now.policies, inactive_count = now.count, active_count = json_array_length(s.body::json -> 'policies')
      FROM (
        SELECT g.id, g.policy_version, count(p.id) AS count, '[' || coalesce(string_agg(
          '{"id":' || to_json(p.id)::text || ',"name":' || to_json(p.name)::text || coalesce(',"description":' || to_json(p.description)::text, '')
          || ',"tool_pattern":' || to_json(p.tool_pattern)::text || ',"action":' || to_json(p.action)::text || ',"priority":' || p.priority || ',"is_active":false'
          || coalesce(',"conditions":' || p.conditions, '') || coalesce(',"rate_limit":' || p.rate_limit, '') || coalesce(',"approval_config":' || p.approval_config, '')
          || ',"created_at":' || to_json(${isoMicros('p.created_at')})::text || ',"updated_at":' || to_json(${isoMicros('p.updated_at')})::text || '}',
          ',' ORDER BY p.priority DESC, p.created_at, p.id), '') || ']' AS policies
        FROM guards g LEFT JOIN policies p ON p.guard_id = g.id AND NOT p.is_active
        GROUP BY g.id
      ) now
      WHERE now.id = s.guard_id AND now.policy_version = s.version;
      ALTER TABLE policy_sets ENABLE TRIGGER written_once;
    `);
  }
}

export const policyAdminMigrations: readonly MigrationClass[] = [CreatePolicyAdmin, AddRateLimits, KeepWholeVersions];
