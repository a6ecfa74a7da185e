import { describe, expect, it } from '@jest/globals';
import { agentPermissions, allContracts, guardSubjects, permissionsOf, serviceNames, systemUserPermissions, type KeyOnNats } from '../index.ts';

const matches = (pattern: string, subject: string): boolean => {
  const wanted = pattern.split('.');
  const given = subject.split('.');
  for (const [index, part] of wanted.entries()) {
    if (part === '>') return given.length > index;
    if (part !== '*' && part !== given[index]) return false;
  }
  return wanted.length === given.length;
};
const key = (more: Partial<KeyOnNats> = {}): KeyOnNats => ({ id: 'agent0000000', guards: ['shop'], roles: ['agent'], ...more });
const granted = (of: KeyOnNats, live = true) => {
  const permissions = agentPermissions(of, { live });
  return {
    mayPublish: (subject: string): boolean => permissions?.publish.some((pattern) => matches(pattern, subject)) ?? false,
    mayHear: (subject: string): boolean => permissions?.subscribe.some((pattern) => matches(pattern, subject)) ?? false,
  };
};
const asks = (guard: string, keyId: string) => [guardSubjects.validate, guardSubjects.scan, guardSubjects.toolCallSubmitted, guardSubjects.outcomeReported, guardSubjects.decisionsNext].map((subject) => subject(guard, keyId));
const news = (guard: string) => [guardSubjects.decisionMade, guardSubjects.toolCallRefused, guardSubjects.approvalRequested, guardSubjects.approvalResolved].map((subject) => subject(guard));

describe('an agent’s key on NATS', () => {
  it('asks for its own guards under its own id, and hears their events and its own inbox', () => {
    const { mayPublish, mayHear } = granted(key());
    expect(asks('shop', 'agent0000000').map(mayPublish)).not.toContain(false);
    expect([...news('shop'), '_INBOX.agent0000000.x.1'].map(mayHear)).not.toContain(false);
  });

  it('asks for no other guard, and under no other key’s id', () => {
    const { mayPublish, mayHear } = granted(key());
    expect([...asks('other', 'agent0000000'), ...asks('shop', 'other0000000')].map(mayPublish)).not.toContain(true);
    expect([...news('other'), '_INBOX.other0000000.x', '_INBOX_gateway.x', '_INBOX.x'].map(mayHear)).not.toContain(true);
  });

  it('sees every guard, also those made later, when its guards are `*`; never another key’s subject', () => {
    const { mayPublish, mayHear } = granted(key({ guards: '*' }));
    expect([...asks('shop', 'agent0000000'), ...asks('later', 'agent0000000')].map(mayPublish)).not.toContain(false);
    expect(news('later').map(mayHear)).not.toContain(false);
    expect(asks('shop', 'other0000000').map(mayPublish)).not.toContain(true);
  });

  it.each([{ guards: '*' as const }, {}])('reaches no stream, no service and no server (%j)', (more) => {
    const { mayPublish, mayHear } = granted(key(more));
    const inside = allContracts.flatMap((contract) => (contract.kind === 'stream' ? contract.subjects : [contract.subject])).map((subject) => subject.replaceAll('*', 'shop').replace('>', 'x'));
    expect([...inside, '$JS.API.INFO', '$JS.ACK.EVENTS.c.1.1.1.1.0', '$SYS.REQ.USER.AUTH', '_INBOX.agent0000000.x', '_INBOX_gateway.x'].filter(mayPublish)).toEqual([]);
    expect(inside.filter((subject) => mayHear(subject) && !subject.startsWith('hp.v1.guard.shop.'))).toEqual([]);
  });

  it('hears nothing but its inbox where its guards cannot be trusted', () => {
    expect(agentPermissions(key(), { live: false })?.subscribe).toEqual(['_INBOX.agent0000000.>']);
  });

  it.each([['auditor' as const], ['approver' as const]])('reads only, as %s', (role) => {
    expect(asks('shop', 'agent0000000').map(granted(key({ roles: [role] })).mayPublish)).toEqual([false, false, false, false, true]);
  });

  it('has no business here with role admin alone', () => {
    expect(agentPermissions(key({ roles: ['admin'] }), { live: true })).toBeNull();
  });

  it('cannot be given a guard that is more than one token', () => {
    expect(() => agentPermissions(key({ guards: ['a.>'] }), { live: true })).toThrow(TypeError);
  });
});

describe('the gateway at the door', () => {
  const gateway = permissionsOf('gateway', allContracts);
  const mayPublish = (subject: string): boolean => gateway.publish.some((pattern) => matches(pattern, subject));
  const mayHear = (subject: string): boolean => gateway.subscribe.some((pattern) => matches(pattern, subject));

  it('hears every question and answers any key’s inbox; no other service does either', () => {
    for (const subject of asks('shop', 'agent0000000')) {
      expect(mayHear(subject)).toBe(true);
      for (const service of serviceNames.filter((name) => name !== 'gateway')) expect(permissionsOf(service, allContracts).subscribe.some((pattern) => matches(pattern, subject))).toBe(false);
    }
    expect(mayPublish('_INBOX.agent0000000.x.1')).toBe(true);
    expect(serviceNames.map((service) => mayPublish(`_INBOX_${service}.x`))).not.toContain(true);
  });

  it('makes, reads and removes readers of EVENTS, and cannot touch a stream or write its events', () => {
    expect(['CREATE.EVENTS.agent-x', 'MSG.NEXT.EVENTS.agent-x', 'DELETE.EVENTS.agent-x'].map((call) => mayPublish(`$JS.API.CONSUMER.${call}`))).not.toContain(false);
    expect(['$JS.API.STREAM.DELETE.EVENTS', '$JS.API.STREAM.PURGE.EVENTS', '$JS.API.STREAM.UPDATE.EVENTS', '$JS.API.CONSUMER.CREATE.DECISION_LOG.x', ...news('shop')].filter(mayPublish)).toEqual([]);
  });

  it('has a user in the system account that lists connections and cuts them, no more', () => {
    expect(systemUserPermissions.publish).toEqual(['$SYS.REQ.SERVER.*.CONNZ', '$SYS.REQ.SERVER.*.KICK']);
  });
});
