import type { StreamContract } from '@holdpoint/contracts';
import type { ConsumerConfig, JetStreamManager, StreamConfig } from '@nats-io/jetstream';
import { AckPolicy, DeliverPolicy, DiscardPolicy, JetStreamApiError, ReplayPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';

const duplicateWindowMs = 120_000;
const notFound = new Set([10014, 10059]);

/** A stream or consumer exists and cannot be made what its contract says. */
export class StreamMismatch extends Error {
  override readonly name = 'StreamMismatch';
  readonly code = 'stream_mismatch';
}

/**
 * Creates the stream, or updates it to its contract, and reads back what the contract depends on. Idempotent, and safe to run in many processes at once.
 * Retention and storage of an existing stream cannot change: throws `StreamMismatch`.
 */
export async function ensureStream(jsm: JetStreamManager, contract: StreamContract, replicas: number): Promise<void> {
  const wanted = streamConfig(contract, replicas);
  let config = (await infoOrNull(() => jsm.streams.info(contract.stream)))?.config;
  config ??= await created(
    async () => (await jsm.streams.add({ ...wanted })).config,
    async () => (await jsm.streams.info(contract.stream)).config,
  );
  if (differing(config, wanted).length > 0) {
    try {
      config = (await jsm.streams.update(contract.stream, { ...wanted })).config;
    } catch (error) {
      throw new StreamMismatch(`stream \`${contract.stream}\` cannot be updated to its contract (${differing(config, wanted).join(', ')})`, { cause: error });
    }
  }
  const left = differing(config, wanted);
  if (left.length > 0) throw new StreamMismatch(`stream \`${contract.stream}\` ignores parts of its contract (${left.join(', ')})`);
}

/** As `ensureStream`, for the durable pull consumer of the contract. */
export async function ensureConsumer(jsm: JetStreamManager, { stream, consumer }: StreamContract): Promise<void> {
  if (!consumer) throw new TypeError(`the contract of stream \`${stream}\` names no consumer`);
  const { durable } = consumer;
  const wanted = {
    durable_name: durable,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    replay_policy: ReplayPolicy.Instant,
    ack_wait: nanos(consumer.ackWaitMs),
    max_ack_pending: consumer.maxAckPending,
  } satisfies Partial<ConsumerConfig>;
  let config = (await infoOrNull(() => jsm.consumers.info(stream, durable)))?.config;
  config ??= await created(
    async () => (await jsm.consumers.add(stream, { ...wanted })).config,
    async () => (await jsm.consumers.info(stream, durable)).config,
  );
  if (config.ack_wait !== wanted.ack_wait || config.max_ack_pending !== wanted.max_ack_pending) {
    config = (await jsm.consumers.update(stream, durable, { ack_wait: wanted.ack_wait, max_ack_pending: wanted.max_ack_pending })).config;
  }
  const left = differing(config, wanted);
  if (left.length > 0) throw new StreamMismatch(`consumer \`${durable}\` of stream \`${stream}\` is not what its contract says (${left.join(', ')})`);
}

function streamConfig(contract: StreamContract, replicas: number) {
  return {
    name: contract.stream,
    subjects: [...contract.subjects],
    retention: contract.retention === 'workqueue' ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
    // Server 2.9 leaves its own 40 bytes a message out of its sum, and so drops an old message of a full stream where newer ones refuse the new one.
    discard: contract.discard === 'new' ? DiscardPolicy.New : DiscardPolicy.Old,
    storage: StorageType.File,
    max_bytes: contract.maxBytes,
    max_age: nanos(contract.maxAgeMs),
    // The server's default, which it refuses to keep for a stream of shorter age.
    duplicate_window: nanos(contract.maxAgeMs === 0 ? duplicateWindowMs : Math.min(duplicateWindowMs, contract.maxAgeMs)),
    num_replicas: replicas,
  } satisfies Partial<StreamConfig>;
}

async function infoOrNull<T>(info: () => Promise<T>): Promise<T | null> {
  try {
    return await info();
  } catch (error) {
    if (error instanceof JetStreamApiError && notFound.has(error.code)) return null;
    throw error;
  }
}

/** Creates; where another process was faster, reads what it made. */
async function created<T>(create: () => Promise<T>, read: () => Promise<T>): Promise<T> {
  try {
    return await create();
  } catch (error) {
    if (!(error instanceof JetStreamApiError)) throw error;
    try {
      return await read();
    } catch {
      throw error;
    }
  }
}

/** The client adds keys of its own to what it is given, hence the copies above. */
function differing(actual: object, wanted: object): readonly string[] {
  const seen = actual as Readonly<Record<string, unknown>>;
  return Object.entries(wanted)
    .filter(([key, value]: [string, unknown]) => JSON.stringify(seen[key] ?? null) !== JSON.stringify(value))
    .map(([key]) => key);
}
