import type { Migration } from '@holdpoint/persistence';
import type { QueryRunner } from 'typeorm';

/** Calls that came as events are finished from their rows; outcomes are kept; what is old and over may go. */
export class EventCalls002 implements Migration {
  readonly name = '002-event-calls';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE approvals
        ADD COLUMN event_key text,
        ADD COLUMN trace_id text,
        ADD COLUMN finished_at bigint,
        -- not resumed before this time
        ADD COLUMN resume_at bigint NOT NULL DEFAULT 0;
      CREATE INDEX approvals_unfinished ON approvals (resume_at) WHERE event_key IS NOT NULL AND finished_at IS NULL AND status NOT IN ('pending', 'stale');

      -- What an agent says became of its call, parked or not; the first word counts.
      CREATE TABLE outcomes (
        guard_id text NOT NULL,
        session_id text NOT NULL,
        call_id text NOT NULL,
        key_id text NOT NULL,
        status text NOT NULL CHECK (status IN ('executed', 'failed', 'unknown')),
        detail text,
        at bigint NOT NULL,
        PRIMARY KEY (guard_id, session_id, call_id, key_id)
      );
      CREATE INDEX outcomes_oldest ON outcomes (guard_id, at);

      -- Retention: an approval goes with its votes and its audit trail. What it replaced or was replaced by may be gone before it.
      CREATE INDEX approvals_oldest_settled ON approvals (guard_id, settled_at) WHERE status NOT IN ('pending', 'approved');
      ALTER TABLE approvals DROP CONSTRAINT approvals_replaces_fkey, DROP CONSTRAINT approvals_replaced_by_fkey;
      ALTER TABLE votes DROP CONSTRAINT votes_approval_id_fkey, ADD FOREIGN KEY (approval_id) REFERENCES approvals ON DELETE CASCADE;
      ALTER TABLE audit DROP CONSTRAINT audit_approval_id_fkey, ADD FOREIGN KEY (approval_id) REFERENCES approvals ON DELETE CASCADE;

      CREATE FUNCTION refuse_open_row() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF OLD.status IN ('pending', 'approved') THEN RAISE EXCEPTION 'an open approval is not deleted'; END IF;
          IF OLD.status <> 'stale' AND OLD.event_key IS NOT NULL AND OLD.finished_at IS NULL THEN RAISE EXCEPTION 'an unfinished event call is not deleted'; END IF;
          RETURN OLD;
        END
      $$;
      CREATE TRIGGER approvals_open_rows_stay BEFORE DELETE ON approvals FOR EACH ROW EXECUTE FUNCTION refuse_open_row();

      -- The trail of an approval goes with the approval, by the foreign key, and in no other way.
      CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' AND pg_trigger_depth() > 1 THEN RETURN NULL; END IF;
          RAISE EXCEPTION 'the audit trail is append-only';
        END
      $$;
    `);
  }
}
