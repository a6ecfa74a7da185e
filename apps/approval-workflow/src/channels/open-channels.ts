import type { Logger, Metrics } from '@holdpoint/runtime';
import type { DataSource } from 'typeorm';
import type { Alongside, Approvals } from '../approvals/approvals.repository.ts';
import type { Seal } from '../approvals/seal.ts';
import { SettleApprovals } from '../approvals/settle-approvals.ts';
import { Channels } from './channels.repository.ts';
import { Deliveries } from './deliveries.repository.ts';
import { Destinations, type Range, type Resolve } from './destinations.ts';
import { ManageChannels } from './manage-channels.ts';
import { ReadDeliveries } from './read-deliveries.ts';
import { SendDeliveries } from './send-deliveries.ts';
import { TakeDecision } from './take-decision.ts';

export type ChannelNeeds = Readonly<{
  db: DataSource;
  seal: Seal;
  privateDestinations: readonly Range[];
  metrics: Metrics;
  log: Logger;
  resolve?: Resolve | undefined;
  timeoutMs?: number | undefined;
}>;

export type OpenChannels = Readonly<{
  /** Writes what channels are told, in the transaction that makes it true. */
  write: Alongside;
  /** To be called after each commit. */
  committed: () => void;
  deliveries: Deliveries;
  sender: SendDeliveries;
  manage: ManageChannels;
  read: ReadDeliveries;
  decisionsOn: (approvals: Approvals, clock?: () => number) => TakeDecision;
}>;

/** All that one replica does about channels. Nothing is sent before `sender.start()`. */
export function openChannels({ db, seal, privateDestinations, metrics, log, resolve, timeoutMs }: ChannelNeeds): OpenChannels {
  const destinations = new Destinations(privateDestinations, resolve);
  const channels = new Channels({ db, seal });
  let written = false;
  const deliveries = new Deliveries({ db, seal, log, onWritten: () => (written = true) });
  const sender = new SendDeliveries({ channels, deliveries, destinations, metrics, log, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  metrics.gauge('holdpoint_webhook_deliveries_due', async () => (await deliveries.due()).count, { description: 'Messages to channels that are due and not sent' });
  metrics.gauge('holdpoint_webhook_deliveries_oldest_due_seconds', async () => (await deliveries.due()).oldestSeconds, { description: 'For how long the longest of them has been due', unit: 's' });
  return {
    write: deliveries.write,
    committed: () => {
      if (written) sender.wake();
      written = false;
    },
    deliveries,
    sender,
    manage: new ManageChannels({ channels, destinations }),
    read: new ReadDeliveries({ db, channels, sender }),
    decisionsOn: (approvals, clock) => new TakeDecision({ channels, settle: new SettleApprovals({ approvals, seal }), seal, log, ...(clock === undefined ? {} : { clock }) }),
  };
}
