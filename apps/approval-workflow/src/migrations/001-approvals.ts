import { outboxMigrationSql, type Migration } from '@holdpoint/persistence';
import type { QueryRunner } from 'typeorm';

/** Times are whole epoch milliseconds of the database's clock: they compare exactly and survive JSON. */
export class Approvals001 implements Migration {
  readonly name = '001-approvals';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE approvals (
        approval_id text COLLATE "C" PRIMARY KEY,
        status text NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'expired', 'cancelled', 'superseded', 'stale', 'released', 'lapsed')),

        -- what it is bound to
        guard_id text NOT NULL,
        session_id text NOT NULL,
        call_id text NOT NULL,
        tool_name text NOT NULL,
        tool_type text,
        key_id text NOT NULL,
        end_user_id text,
        agent_id text,
        arguments_hash text NOT NULL,
        policy_id text,
        group_id text,
        quorum integer NOT NULL CHECK (quorum >= 1),

        policy_version bigint NOT NULL,
        owner_email text,
        sealed_call bytea NOT NULL,
        created_at bigint NOT NULL,
        expires_at bigint NOT NULL,
        release_ms bigint NOT NULL CHECK (release_ms > 0),

        settled_at bigint,
        settled_by text,
        comment text,
        approved_at bigint,
        lapses_at bigint,
        released_at bigint,
        release_id text,
        release_decision_id text,
        replay_until bigint,
        outcome_reported_at bigint,
        verdict text,
        verdict_policy_id text,
        verdict_policy_version bigint,
        verdict_at bigint,
        replaces text COLLATE "C" REFERENCES approvals,
        replaced_by text COLLATE "C" REFERENCES approvals DEFERRABLE INITIALLY DEFERRED,

        CHECK ((status = 'released') = (released_at IS NOT NULL AND release_id IS NOT NULL AND release_decision_id IS NOT NULL)),
        CHECK (status <> 'approved' OR lapses_at IS NOT NULL),
        CHECK (status = 'pending' OR settled_at IS NOT NULL)
      );

      -- One open row per call; a retry or a second evaluator finds it.
      CREATE UNIQUE INDEX approvals_call ON approvals (guard_id, session_id, call_id) WHERE status NOT IN ('stale', 'superseded');
      CREATE INDEX approvals_superseded ON approvals (guard_id, session_id, call_id) WHERE status = 'superseded';
      CREATE INDEX approvals_newest ON approvals (guard_id, approval_id DESC);
      CREATE INDEX approvals_newest_by_status ON approvals (guard_id, status, approval_id DESC);
      CREATE INDEX approvals_expiring ON approvals (expires_at) WHERE status = 'pending';
      CREATE INDEX approvals_lapsing ON approvals (lapses_at) WHERE status = 'approved';
      CREATE INDEX approvals_oldest_pending ON approvals (created_at) WHERE status = 'pending';

      CREATE TABLE votes (
        approval_id text COLLATE "C" NOT NULL REFERENCES approvals,
        voter text NOT NULL,
        owner_email text,
        choice text NOT NULL CHECK (choice IN ('approve', 'reject')),
        comment text,
        at bigint NOT NULL,
        PRIMARY KEY (approval_id, voter, choice)
      );

      CREATE TABLE audit (
        id bigserial PRIMARY KEY,
        approval_id text COLLATE "C" NOT NULL REFERENCES approvals,
        guard_id text NOT NULL,
        at bigint NOT NULL,
        event text NOT NULL,
        actor text NOT NULL,
        detail text NOT NULL
      );
      CREATE INDEX audit_approval ON audit (approval_id, id);

      CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END
      $$;
      CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

      ${outboxMigrationSql}
    `);
  }
}
