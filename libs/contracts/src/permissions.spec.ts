import { describe, expect, it } from '@jest/globals';
import { allContracts, permissionsOf, servedBy, serviceNames, token } from './index.ts';

const matches = (pattern: string, subject: string): boolean => {
  const wanted = pattern.split('.');
  const given = subject.split('.');
  for (const [index, part] of wanted.entries()) {
    if (part === '>') return given.length > index;
    if (part !== '*' && part !== given[index]) return false;
  }
  return wanted.length === given.length;
};
const mayPublish = (service: (typeof serviceNames)[number], subject: string): boolean => permissionsOf(service, allContracts).publish.some((pattern) => matches(pattern, subject));
const mayHear = (service: (typeof serviceNames)[number], subject: string): boolean => permissionsOf(service, allContracts).subscribe.some((pattern) => matches(pattern, subject));

describe('subjects', () => {
  it('are spelled once each', () => {
    const subjects = allContracts.flatMap((contract) => (contract.kind === 'stream' ? contract.subjects : [contract.subject]));
    expect(new Set(subjects).size).toBe(subjects.length);
  });

  it('of requests and broadcasts fall under no stream, which would answer in their place', () => {
    const kept = allContracts.flatMap((contract) => (contract.kind === 'stream' ? contract.subjects : []));
    const asked = allContracts.flatMap((contract) => (contract.kind === 'stream' ? [] : [contract.subject]));
    expect(kept.flatMap((pattern) => asked.filter((subject) => matches(pattern, subject)))).toEqual([]);
  });

  it.each(['a.b', '*', '>', '', 'a b', 'ä', 'x'.repeat(65)])('take no tenant name that is more than one token: %j', (name) => {
    expect(() => token(name)).toThrow(TypeError);
  });
});

describe('a service on NATS', () => {
  it.each(serviceNames)('%s hears its own requests and nobody else’s', (service) => {
    for (const contract of allContracts) {
      if (contract.kind === 'request') expect([contract.subject, mayHear(service, contract.subject)]).toEqual([contract.subject, contract.server === service]);
    }
  });

  it.each(serviceNames)('%s asks only what it is named a caller of', (service) => {
    for (const contract of allContracts) {
      if (contract.kind === 'request') expect([contract.subject, mayPublish(service, contract.subject)]).toEqual([contract.subject, contract.callers.includes(service)]);
    }
  });

  it.each(serviceNames)('%s hears no inbox but its own', (service) => {
    for (const other of serviceNames) expect(mayHear(service, `_INBOX_${other}.x.y`)).toBe(other === service);
  });

  it('writes and reads the decision log only where the contract says so', () => {
    expect(serviceNames.filter((service) => mayPublish(service, 'hp.log.v1.decisions'))).toEqual(['evaluator', 'approval-workflow']);
    expect(serviceNames.filter((service) => mayPublish(service, '$JS.API.CONSUMER.MSG.NEXT.DECISION_LOG.decision-log-writer'))).toEqual(['decision-log']);
    expect(serviceNames.filter((service) => mayPublish(service, '$JS.API.STREAM.DELETE.DECISION_LOG'))).toEqual([]);
    expect(serviceNames.filter((service) => mayPublish(service, '$JS.API.STREAM.PURGE.DECISION_LOG'))).toEqual([]);
  });

  it('serves every request that names it', () => {
    expect(serviceNames.flatMap((service) => servedBy(service, allContracts)).length).toBe(allContracts.filter((contract) => contract.kind === 'request').length);
  });
});
