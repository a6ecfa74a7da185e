import { DecisionsLogged, PublicEvents, type StreamContract } from '@holdpoint/contracts';
import type { Messaging } from '@holdpoint/messaging';
import { OutboxRelay } from '@holdpoint/persistence';
import type { Logger } from '@holdpoint/runtime';
import type { DataSource } from 'typeorm';

const publishTimeoutMs = 5_000;
/** Messages on their way at a time: one acknowledgement after the other would hold back bursts. */
const inFlight = 100;

/** One relay for each stream that transactions write to: release records do not wait for news that no stream takes. */
export class Relays {
  private readonly all: readonly OutboxRelay[];

  constructor(parts: Readonly<{ db: DataSource; messaging: Messaging; log: Logger }>) {
    this.all = [DecisionsLogged, PublicEvents].map((contract) => relayOf(contract, parts));
  }

  start(): void {
    for (const relay of this.all) relay.start();
  }

  /** Rows were committed. */
  wake(): void {
    for (const relay of this.all) relay.wake();
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((relay) => relay.stop()));
  }
}

function relayOf(contract: StreamContract, { db, messaging, log }: Readonly<{ db: DataSource; messaging: Messaging; log: Logger }>): OutboxRelay {
  return new OutboxRelay({
    dataSource: db,
    topic: contract.stream,
    inFlight,
    publish: async ({ subject, body, msgId, traceparent }) => {
      await messaging.publish(contract, subject, JSON.parse(body) as unknown, { timeoutMs: publishTimeoutMs, msgId, ...(traceparent === null ? {} : { traceparent }) });
    },
    log,
  });
}
