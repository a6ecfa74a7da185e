import { doorSubjects, inboxPrefix, type DoorOperation } from '@holdpoint/contracts';
import type { Messaging } from '@holdpoint/messaging';
import type { Logger, PartHealth } from '@holdpoint/runtime';
import { createInbox, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import type { AccessStore } from '../access/access-store.ts';
import type { AccessSync } from '../access/access-sync.ts';
import type { Judge } from '../calls/judge.ts';
import type { GatewayMetrics } from '../health/gateway-metrics.ts';
import type { ApprovalWaits } from '../holding/approval-waits.ts';
import type { ContentScans } from '../scans/content-scans.ts';
import { connectToAgents, connectToSystem, type DoorSettings } from './connections.ts';
import { CutConnections } from './cut-connections.ts';
import { DoorDesk, type Answering } from './door-desk.ts';
import { EventCursors } from './event-cursor.ts';
import { EventReaders } from './event-readers.ts';
import { ForgottenReaders } from './forgotten-readers.ts';
import { readingEvents } from './next-events.ts';
import { relayingOutcomes, relayingToolCalls } from './relay.ts';
import { scanning } from './scan-content.ts';
import { SignIn, signInSubject } from './sign-in.ts';
import { validating } from './validate-calls.ts';

export type NatsDoorNeeds = Readonly<{
  /** Undefined: nobody gave the gateway a key to sign users with. */
  settings: DoorSettings | undefined;
  messaging: Pick<Messaging, 'publish' | 'maxPayload' | 'serverVersion'>;
  store: AccessStore;
  sync: Pick<AccessSync, 'refresh'>;
  judge: Judge;
  scans: ContentScans;
  waits: ApprovalWaits;
  metrics: GatewayMetrics;
  log: Logger;
}>;

type Connections = Readonly<{ agents: NatsConnection; system: NatsConnection }>;

const queue = 'gateway';
const retryMs = 2_000;
const answeredWithinMs = 5_000;
const drainedWithinMs = 1_000;

/** The public door on NATS: signs in holders of API keys, answers what they ask, and cuts them off when their key is revoked. */
export class NatsDoor {
  private readonly needs: NatsDoorNeeds;
  private readonly stopping = new AbortController();
  private state = 'opening';
  private isOpen = false;
  private connections: Connections | undefined;
  private subscriptions: Subscription[] = [];
  private desk: DoorDesk | undefined;
  private ends: (() => void)[] = [];
  private opening: Promise<void> = Promise.resolve();

  constructor(needs: NatsDoorNeeds) {
    this.needs = needs;
  }

  /** A door that nobody asked for is shut, and nothing is wrong with that. */
  get health(): PartHealth {
    const connected = this.isOpen && this.connections?.agents.isClosed() === false;
    return { part: 'nats-door', ok: connected || this.needs.settings === undefined, detail: this.state };
  }

  start(): void {
    const why = this.whyShut();
    if (why === null) this.opening = this.openEventually();
    else {
      this.state = `shut: ${why}`;
      this.needs.log.warn({ why }, 'the public NATS door stays shut');
    }
  }

  /** Takes nothing new, lets what is under way be answered, and closes. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.opening;
    this.state = 'shut: stopping';
    this.isOpen = false;
    for (const end of this.ends) end();
    const { connections } = this;
    if (connections === undefined) return;
    const until = performance.now() + answeredWithinMs;
    const drained = this.subscriptions.filter((subscription) => !subscription.isClosed()).map((subscription) => subscription.drain());
    await Promise.race([Promise.allSettled(drained), new Promise((resolve) => setTimeout(resolve, drainedWithinMs).unref())]);
    while ((this.desk?.underWay ?? 0) > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
    await close(connections);
  }

  private whyShut(): string | null {
    const { settings, messaging } = this.needs;
    if (settings === undefined) return 'HOLDPOINT_NATS_ISSUER_SEED and HOLDPOINT_NATS_SYSTEM_PASSWORD are not set';
    const [major = 0, minor = 0] = messaging.serverVersion.split('.').map(Number);
    return major > 2 || (major === 2 && minor >= 10) ? null : `nats-server ${messaging.serverVersion} cannot ask who signs in; 2.10 or newer can`;
  }

  private async openEventually(): Promise<void> {
    const { settings, log } = this.needs;
    const { signal } = this.stopping;
    for (let attempt = 0; settings !== undefined && !signal.aborted; attempt += 1) {
      try {
        await this.open(settings);
        return;
      } catch (error) {
        this.state = 'shut: NATS does not let the gateway open it; the log says why';
        if (attempt % 30 === 0) log.warn({ err: error }, 'the public NATS door cannot be opened yet');
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, retryMs);
        signal.addEventListener('abort', done, { once: true });
        function done(): void {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          resolve();
        }
      });
    }
  }

  /** INVARIANT: nobody is let in while nobody can be cut off: the connection to the system account comes first. */
  private async open(settings: DoorSettings): Promise<void> {
    const system = await connectToSystem(settings);
    let agents: NatsConnection;
    try {
      agents = await connectToAgents(settings);
    } catch (error) {
      await system.close();
      throw error;
    }
    const connections = { agents, system };
    try {
      await this.serve(settings, connections);
    } catch (error) {
      await close(connections);
      throw error;
    }
    this.connections = connections;
    this.state = 'open';
    this.isOpen = true;
    this.needs.log.info({}, 'the public NATS door is open');
  }

  private async serve(settings: DoorSettings, { agents, system }: Connections): Promise<void> {
    const { store, sync, messaging, metrics, log } = this.needs;
    const desk = new DoorDesk({ store, sync, publish: (subject, payload, options) => agents.publish(subject, payload, options), metrics, log });
    const readers = new EventReaders({ connection: agents, inboxPrefix: inboxPrefix('gateway') });
    const cursors = new EventCursors(settings.issuerSeed);
    const signIn = new SignIn({ issuerSeed: settings.issuerSeed, store, sync, publish: (subject, payload) => agents.publish(subject, payload), log });
    const cuts = new CutConnections({ connection: system, inbox: createInbox(`_INBOX_${settings.systemUser}`), store, sync, log });
    const forgotten = new ForgottenReaders({ readers, store, sync, log });
    const published: Readonly<Partial<Record<DoorOperation, boolean>>> = { toolCallSubmitted: true, outcomeReported: true };
    const answers: Readonly<Record<DoorOperation, Answering>> = {
      validate: validating(this.needs),
      scan: scanning(this.needs),
      toolCallSubmitted: relayingToolCalls({ messaging }),
      outcomeReported: relayingOutcomes({ messaging }),
      eventsNext: readingEvents({ readers, cursors, maxPayload: () => messaging.maxPayload, stopped: this.stopping.signal }),
    };
    const denied: Error[] = [];
    const hear = (subject: string, act: (message: Parameters<DoorDesk['take']>[1]) => Promise<void>): Subscription =>
      agents.subscribe(subject, {
        queue,
        callback: (error, message) => {
          if (error) {
            denied.push(error);
            log.error({ err: error, subject }, 'the NATS door cannot hear a subject');
          } else act(message).catch((failure: unknown) => log.error({ err: failure, subject }, 'a message at the NATS door failed'));
        },
      });
    const operations = Object.entries(doorSubjects) as [DoorOperation, string][];
    this.subscriptions = operations.map(([operation, subject]) => hear(subject, (message) => desk.take(operation, message, answers[operation], { asPublished: published[operation] === true })));
    this.subscriptions.push(hear(signInSubject, (message) => signIn.answer(message)));
    await agents.flush();
    if (denied.length > 0) throw new Error('the gateway’s NATS user may not hear the door’s subjects', { cause: denied[0] });
    this.desk = desk;
    cuts.start();
    forgotten.start();
    this.ends = [() => cuts.stop(), () => forgotten.stop()];
  }
}

async function close({ agents, system }: Connections): Promise<void> {
  await Promise.all([agents, system].map(async (connection) => {
    if (connection.isClosed()) return;
    await Promise.race([connection.flush(), new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
    await connection.close();
  }));
}
