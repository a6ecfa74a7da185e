import type { Contract, RequestContract, ServiceName, StreamContract } from './contract.ts';
import { doorSubjects } from './public/nats-door.ts';

export type NatsPermissions = Readonly<{ publish: readonly string[]; subscribe: readonly string[] }>;

/** Where a service receives its answers; nobody else may listen there. */
export const inboxPrefix = (service: ServiceName): string => `_INBOX_${service}`;

/**
 * What a service's NATS user may do, from the contracts alone: ask those it calls, answer those that call it,
 * speak and hear its broadcasts, and touch no stream but its own.
 */
export function permissionsOf(service: ServiceName, contracts: readonly Contract[]): NatsPermissions {
  const publish = new Set<string>();
  const subscribe = new Set<string>([`${inboxPrefix(service)}.>`]);
  for (const contract of contracts) {
    if (contract.kind === 'request') {
      if (contract.callers.includes(service)) publish.add(contract.subject);
      if (contract.server === service) {
        subscribe.add(contract.subject);
        for (const caller of contract.callers) publish.add(`${inboxPrefix(caller)}.>`);
      }
    } else if (contract.kind === 'broadcast') {
      if (contract.publishers.includes(service)) publish.add(contract.subject);
      if (contract.subscribers.includes(service)) subscribe.add(contract.subject);
    } else {
      for (const subject of streamPermissions(service, contract)) publish.add(subject);
    }
  }
  if (service === 'gateway') {
    for (const subject of doorPermissions.publish) publish.add(subject);
    for (const subject of doorPermissions.subscribe) subscribe.add(subject);
  }
  return { publish: [...publish], subscribe: [...subscribe] };
}

/** For the public door: sign in those who hold a key, hear what they ask, answer their inboxes, and read events for them. */
const doorPermissions: NatsPermissions = {
  publish: [
    // The server's own inbox, where it waits for the answer about somebody who signs in.
    '$SYS._INBOX.>',
    '_INBOX.*.>',
    '$JS.API.CONSUMER.CREATE.EVENTS.>',
    '$JS.API.CONSUMER.MSG.NEXT.EVENTS.*',
    '$JS.API.CONSUMER.DELETE.EVENTS.*',
    '$JS.API.CONSUMER.NAMES.EVENTS',
    '$JS.ACK.EVENTS.*.>',
    '$JS.ACK.*.*.EVENTS.*.>',
  ],
  subscribe: ['$SYS.REQ.USER.AUTH', ...Object.values(doorSubjects)],
};

/** The gateway's second user, in the server's system account: it finds the connections of a key and cuts them. */
export const systemUser = 'gateway-system';
export const systemUserPermissions: NatsPermissions = {
  publish: ['$SYS.REQ.SERVER.*.CONNZ', '$SYS.REQ.SERVER.*.KICK'],
  subscribe: [`_INBOX_${systemUser}.>`],
};

function streamPermissions(service: ServiceName, { stream, subjects, publishers, consumer }: StreamContract): readonly string[] {
  const consumes = consumer?.service === service;
  if (!publishers.includes(service) && !consumes) return [];
  const ensures = ['INFO', 'CREATE', 'UPDATE'].map((verb) => `$JS.API.STREAM.${verb}.${stream}`);
  const publishes = publishers.includes(service) ? subjects : [];
  if (!consumer || !consumes) return [...ensures, ...publishes];
  const { durable } = consumer;
  return [
    ...ensures,
    ...publishes,
    `$JS.API.CONSUMER.INFO.${stream}.${durable}`,
    `$JS.API.CONSUMER.CREATE.${stream}.${durable}`,
    `$JS.API.CONSUMER.CREATE.${stream}.${durable}.>`,
    `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${durable}`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`,
    // Acknowledgements, in the form of servers before and from 2.15 (which adds domain and account).
    `$JS.ACK.${stream}.${durable}.>`,
    `$JS.ACK.*.*.${stream}.${durable}.>`,
  ];
}

/** Requests that `service` answers. */
export const servedBy = (service: ServiceName, contracts: readonly Contract[]): readonly RequestContract[] =>
  contracts.filter((contract): contract is RequestContract => contract.kind === 'request' && contract.server === service);
