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

export const decisionLogMigrations: readonly MigrationClass[] = [CreateDecisionLog, CreateEventDecisions];
