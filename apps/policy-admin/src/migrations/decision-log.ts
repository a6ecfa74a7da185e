import type { Migration, MigrationClass } from '@holdpoint/persistence';
import { ensurePartitions } from '../decisions/partitions.ts';

type Runner = Parameters<Migration['up']>[0];

/** The decisions by id, which is by time: a partition a month. The default partition takes whatever no month stands ready for. */
class CreateDecisionLog implements Migration {
  async up(runner: Runner): Promise<void> {
    await runner.query(`
      CREATE TABLE decisions (
        id text COLLATE "C" NOT NULL,
        guard_id text COLLATE "C" NOT NULL,
        session_id text COLLATE "C" NOT NULL,
        tool_name text COLLATE "C" NOT NULL,
        action text NOT NULL,
        policy_id text COLLATE "C",
        end_user_id text COLLATE "C",
        agent_id text COLLATE "C",
        key_id text COLLATE "C" NOT NULL,
        created_at timestamptz NOT NULL,
        record text NOT NULL,
        PRIMARY KEY (id)
      ) PARTITION BY RANGE (id COLLATE "C");
      CREATE INDEX decisions_of_guard ON decisions (guard_id, id DESC);
      CREATE INDEX decisions_of_session ON decisions (guard_id, session_id, id DESC);
      CREATE TABLE decisions_default PARTITION OF decisions DEFAULT;
    `);
    await ensurePartitions(runner, Date.now());
  }
}

/** Which decisions of each event call count: at most one final one and one `require_approval`. */
class CreateEventDecisions implements Migration {
  async up(runner: Runner): Promise<void> {
    await runner.query(`
      CREATE TABLE event_decisions (
        guard_id text COLLATE "C" NOT NULL,
        event_key text COLLATE "C" NOT NULL,
        final boolean NOT NULL,
        decision_id text COLLATE "C" NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (guard_id, event_key, final)
      );
      CREATE INDEX event_decisions_by_age ON event_decisions (guard_id, created_at);
    `);
  }
}

/**
 * Reviews of flagged decisions, in their rows: they go when these go. And an index for every filter, so that a page costs what it holds.
 * INVARIANT: a filter that few decisions pass finds them in its index, not by reading the guard's whole log.
 */
class ReviewDecisions implements Migration {
  async up(runner: Runner): Promise<void> {
    await runner.query(`
      ALTER TABLE decisions
        ADD COLUMN reviewed_at timestamptz,
        ADD COLUMN reviewed_by text,
        ADD COLUMN review_verdict text,
        ADD COLUMN review_comment text;
      CREATE INDEX decisions_to_review ON decisions (guard_id, id DESC) WHERE action = 'warn' AND reviewed_at IS NULL;
      CREATE INDEX decisions_reviewed ON decisions (guard_id, id DESC) WHERE reviewed_at IS NOT NULL;
      CREATE INDEX decisions_of_action ON decisions (guard_id, action, id DESC);
      CREATE INDEX decisions_of_tool ON decisions (guard_id, tool_name, id DESC);
      CREATE INDEX decisions_of_end_user ON decisions (guard_id, end_user_id, id DESC) WHERE end_user_id IS NOT NULL;
      CREATE INDEX decisions_of_policy ON decisions (guard_id, policy_id, id DESC) WHERE policy_id IS NOT NULL;
    `);
  }
}

export const decisionLogMigrations: readonly MigrationClass[] = [CreateDecisionLog, CreateEventDecisions, ReviewDecisions];
