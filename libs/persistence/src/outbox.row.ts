import { trace } from '@opentelemetry/api';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/**
 * A message that is sent because, and only if, the transaction that inserted its row was committed.
 * Insert `{ topic, subject, msgId, body }`; the rest has defaults.
 */
@Entity({ name: 'outbox' })
export class OutboxRow {
  /** A bigint as text. Rises in the order of insertion, not of commit. */
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id!: string;

  /** Where to: a stream's name, or what the publish function understands. */
  @Column({ type: 'text' })
  topic!: string;

  @Column({ type: 'text' })
  subject!: string;

  /** The consumer's key for telling duplicates: a row can be published more than once. */
  @Column({ name: 'msg_id', type: 'text' })
  msgId!: string;

  /** JSON text, kept to the letter: no number or key order changes, and `\u0000` escapes are legal. */
  @Column({ type: 'text' })
  body!: string;

  /** W3C trace context of the request that wrote the row; set by itself where that is recorded. */
  @Column({ type: 'text', nullable: true, transformer: { to: (given: string | null | undefined) => given ?? currentTraceparent(), from: (stored: string | null) => stored } })
  traceparent!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'clock_timestamp()' })
  createdAt!: Date;

  /** Publishes that failed. */
  @Column({ type: 'integer', default: 0 })
  attempts!: number;

  /** Not published before this time: the back-off of a row that failed. */
  @Column({ name: 'due_at', type: 'timestamptz', default: () => 'clock_timestamp()' })
  dueAt!: Date;

  @Column({ name: 'last_error', type: 'text', nullable: true })
  lastError!: string | null;
}

/** For rows that are inserted without the entity: the trace of the current work, null where it is not recorded. */
export function currentTraceparent(): string | null {
  const span = trace.getActiveSpan();
  if (span?.isRecording() !== true) return null;
  const { traceId, spanId } = span.spanContext();
  return `00-${traceId}-${spanId}-01`;
}

/** For a service's own migration: its outbox table, in its own schema. */
export const outboxMigrationSql = `
  CREATE TABLE outbox (
    id bigserial PRIMARY KEY,
    topic text NOT NULL,
    subject text NOT NULL,
    msg_id text NOT NULL,
    body text NOT NULL,
    traceparent text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_error text
  ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
  CREATE INDEX outbox_due ON outbox (due_at, id);
`;
