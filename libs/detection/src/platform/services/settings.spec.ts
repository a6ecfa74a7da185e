import { describe, expect, it } from '@jest/globals';
import { scanCall } from '../../index.ts';

const rulesOf = (name: string, toolArguments: Readonly<Record<string, unknown>>): readonly string[] => scanCall({ name, arguments: toolArguments }).threats.map(({ rule }) => rule);

describe('switches of a call', () => {
  it('are seen where no string stands beside them', () => {
    expect(rulesOf('update_agent_config', { require_approval: false })).toContain('settings.safeguard-off');
    expect(rulesOf('update_agent_config', { require_approval: true })).toEqual([]);
  });

  it('are judged by what the tool is for', () => {
    const switches = { name: 'wake up', enabled: false };
    expect(rulesOf('update_policy', switches)).toContain('settings.safeguard-off');
    expect(rulesOf('update_alarm', switches)).toEqual([]);
  });

  it('of an order to run something are how its client asks', () => {
    expect(rulesOf('execute_command', { command: 'ls', requires_approval: false })).toEqual([]);
  });

  it('say which port is opened for whom', () => {
    const rule = (from: number, cidr: string): readonly string[] => rulesOf('update_security_group', { group: 'sg-1', ingress: [{ protocol: 'tcp', cidr, from, to: from }] });
    expect(rule(5432, '0.0.0.0/0')).toContain('settings.open-to-all');
    expect(rule(443, '0.0.0.0/0')).toEqual([]);
    expect(rule(5432, '10.0.0.0/8')).toEqual([]);
  });

  it('are judged with the object around their own', () => {
    const pod = (hostPID: boolean): unknown => ({ hostPID, containers: [{ name: 'x', image: 'alpine', securityContext: { privileged: true } }] });
    expect(rulesOf('k8s_create_pod', { spec: pod(true) })).toContain('settings.host-rights');
    expect(rulesOf('k8s_create_pod', { spec: pod(false) })).toEqual([]);
  });
});
