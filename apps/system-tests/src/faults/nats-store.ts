import { cpSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DecisionsLogged, inboxPrefix, ToolCallsSubmitted, type ServiceName } from '@holdpoint/contracts';
import type { LocalStack, NatsServer } from '@holdpoint/local-stack';
import { startNats } from '@holdpoint/test-kit';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';

/** What lay in a NATS store and in no other place yet. */
export type Held = Readonly<{ decisions: readonly HeldDecision[]; toolCalls: readonly HeldCall[] }>;
export type HeldCall = Readonly<{ guard: string; session: string; callId: string }>;
export type HeldDecision = HeldCall & Readonly<{ id: string }>;

type LoggedMessage = Readonly<{ decisions: readonly Readonly<{ id: string; guard_id: string; session_id: string; tool_call_id: string }>[] }>;
type SubmittedMessage = Readonly<{ guard_id: string; text?: string }>;

/** A copy of the store at one instant: the server stands still meanwhile. */
export async function copyStore(nats: NatsServer, to: string): Promise<void> {
  await nats.kill('SIGSTOP');
  try {
    rmSync(to, { recursive: true, force: true });
    cpSync(nats.storeDir, to, { recursive: true });
  } finally {
    await nats.kill('SIGCONT');
  }
}

/** Puts another store, or none, in the place of a stopped server's; returns what the old one held. */
export async function replaceStore(nats: NatsServer, by: string | undefined): Promise<Held> {
  const held = await heldIn(nats.storeDir);
  rmSync(nats.storeDir, { recursive: true, force: true });
  if (by !== undefined) cpSync(by, nats.storeDir, { recursive: true });
  return held;
}

/** Reads the work queues of a store that no server uses, with a server of its own on a copy. */
async function heldIn(storeDir: string): Promise<Held> {
  if (!existsSync(storeDir)) return { decisions: [], toolCalls: [] };
  const nats = await startNats();
  let connection: NatsConnection | undefined;
  try {
    await nats.kill();
    rmSync(nats.storeDir, { recursive: true, force: true });
    cpSync(storeDir, nats.storeDir, { recursive: true });
    openToEverybody(join(nats.storeDir, 'jetstream'));
    await nats.restart();
    connection = await connect({ servers: nats.url });
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const decisions: HeldDecision[] = [];
    for await (const message of messagesOf<LoggedMessage>(manager, DecisionsLogged.stream)) {
      for (const one of message.decisions) decisions.push({ id: one.id, guard: one.guard_id, session: one.session_id, callId: one.tool_call_id });
    }
    const toolCalls: HeldCall[] = [];
    for await (const { guard_id: guard, text = '{}' } of messagesOf<SubmittedMessage>(manager, ToolCallsSubmitted.stream)) {
      const { session_id: session = '', tool_call: call } = JSON.parse(text) as { session_id?: string; tool_call?: { id: string } };
      toolCalls.push({ guard, session, callId: call?.id ?? '' });
    }
    return { decisions, toolCalls };
  } finally {
    await connection?.close();
    await nats.stop();
  }
}

/** Messages of the two work queues that nobody has acknowledged yet. */
export async function backlog(stack: LocalStack): Promise<number> {
  return (await messagesIn(stack, 'decision-log', DecisionsLogged.stream)) + (await messagesIn(stack, 'evaluator', ToolCallsSubmitted.stream));
}

/** Asks as the service that works the stream off, which alone may. */
async function messagesIn(stack: LocalStack, user: ServiceName, stream: string): Promise<number> {
  const connection = await connect({ servers: stack.nats?.url ?? '', user, pass: stack.secret(`nats.${user}`), inboxPrefix: inboxPrefix(user), reconnect: false, timeout: 2_000 });
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    return (await manager.streams.info(stream)).state.messages;
  } finally {
    await connection.close();
  }
}

/** The streams of whatever account the services use become those of the account of a server without users. */
function openToEverybody(jetstream: string): void {
  if (!existsSync(jetstream)) return;
  const account = readdirSync(jetstream).find((name) => existsSync(join(jetstream, name, 'streams', DecisionsLogged.stream)));
  if (account !== undefined && account !== '$G') {
    rmSync(join(jetstream, '$G'), { recursive: true, force: true });
    renameSync(join(jetstream, account), join(jetstream, '$G'));
  }
}

async function* messagesOf<T>(manager: JetStreamManager, stream: string): AsyncGenerator<T> {
  const names: string[] = [];
  for await (const name of manager.streams.names()) names.push(name);
  if (!names.includes(stream)) return;
  const { first_seq: first, last_seq: last, messages } = (await manager.streams.info(stream)).state;
  if (messages === 0) return;
  for (let seq = first; seq <= last; seq += 1) {
    const found = await manager.streams.getMessage(stream, { seq });
    // Acknowledged out of order.
    if (found !== null) yield found.json<T>();
  }
}
