import type { Migration } from '@holdpoint/persistence';
import type { QueryRunner } from 'typeorm';

/** Where people are told of parked calls and decide from; every message that goes out, and every decision that comes in. */
export class Channels003 implements Migration {
  readonly name = '003-channels';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- The channels that are told of this call, by id with commas between; null: all of the guard.
      ALTER TABLE approvals ADD COLUMN notification_channels text;

      CREATE TABLE channels (
        channel_id text COLLATE "C" PRIMARY KEY,
        guard_id text NOT NULL,
        type text NOT NULL CHECK (type = 'webhook'),
        name text NOT NULL,
        url text NOT NULL,
        is_active boolean NOT NULL,
        may_decide boolean NOT NULL,
        disabled_reason text CHECK (disabled_reason = 'gone'),
        sealed_secret bytea NOT NULL,
        sealed_previous_secret bytea,
        previous_secret_expires_at bigint,
        created_at bigint NOT NULL,
        created_by text NOT NULL,
        updated_at bigint NOT NULL,
        deleted_at bigint,
        CHECK ((sealed_previous_secret IS NULL) = (previous_secret_expires_at IS NULL)),
        CHECK (deleted_at IS NULL OR NOT is_active)
      );
      CREATE INDEX channels_guard ON channels (guard_id, channel_id DESC) WHERE deleted_at IS NULL;

      CREATE TABLE channel_audit (
        id bigserial PRIMARY KEY,
        channel_id text COLLATE "C" NOT NULL REFERENCES channels,
        guard_id text NOT NULL,
        at bigint NOT NULL,
        event text NOT NULL,
        actor text NOT NULL,
        detail text NOT NULL
      );
      CREATE INDEX channel_audit_channel ON channel_audit (channel_id, id);
      CREATE TRIGGER channel_audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON channel_audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

      CREATE TABLE deliveries (
        delivery_id text COLLATE "C" PRIMARY KEY,
        channel_id text COLLATE "C" NOT NULL REFERENCES channels,
        approval_id text COLLATE "C" REFERENCES approvals ON DELETE CASCADE,
        type text NOT NULL,
        status text NOT NULL CHECK (status IN ('pending', 'delivered', 'failed', 'cancelled')),
        -- the same bytes in every attempt; nothing is kept of them once it is over
        sealed_body bytea,
        created_at bigint NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        -- while it is being sent: when somebody else may try
        due_at bigint NOT NULL,
        in_hand boolean NOT NULL DEFAULT false,
        CHECK ((status = 'pending') = (sealed_body IS NOT NULL)),
        CHECK (status = 'pending' OR NOT in_hand)
      );
      CREATE INDEX deliveries_due ON deliveries (due_at) WHERE status = 'pending';
      CREATE INDEX deliveries_due_by_channel ON deliveries (channel_id, due_at) WHERE status = 'pending';
      CREATE INDEX deliveries_newest ON deliveries (channel_id, delivery_id DESC);
      CREATE INDEX deliveries_approval ON deliveries (approval_id);
      CREATE INDEX deliveries_tests ON deliveries (created_at) WHERE approval_id IS NULL;

      CREATE TABLE delivery_attempts (
        delivery_id text COLLATE "C" NOT NULL REFERENCES deliveries ON DELETE CASCADE,
        attempt integer NOT NULL,
        at bigint NOT NULL,
        status integer,
        error text,
        duration_ms integer NOT NULL,
        PRIMARY KEY (delivery_id, attempt)
      );

      -- What an approval answered to a message of that id; a repeat hears the same.
      CREATE TABLE inbound_decisions (
        channel_id text COLLATE "C" NOT NULL REFERENCES channels,
        webhook_id text NOT NULL,
        body_hash bytea NOT NULL,
        sealed_answer bytea NOT NULL,
        at bigint NOT NULL,
        PRIMARY KEY (channel_id, webhook_id)
      );
      CREATE INDEX inbound_decisions_oldest ON inbound_decisions (at);
    `);
  }
}
