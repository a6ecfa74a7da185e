import { describe, expect, it } from '@jest/globals';
import type { Approval, Threat } from '@holdpoint/contracts';
import { approvalBody, webhookApproval } from './webhook-body.ts';

const threat: Threat = { type: 'path_traversal', severity: 'high', rule: 'paths.climbs', path: '/path', start: 0, end: 9, match: '../../etc', message: 'climbs out of its folder' };

describe('an approval in a webhook', () => {
  it('has what the scanner saw', () => {
    const seen = { risk_score: 0.9, threats_detected: ['path_traversal'], threats: [threat] };
    expect(webhookApproval(approval(seen))).toMatchObject(seen);
  });

  it('keeps the threats where the arguments are cut', () => {
    const cut = webhookApproval(approval({ threats: [threat], tool_call: { id: 'call_1', name: 'pay', arguments: { text: 'x'.repeat(50_000) } } }));
    expect(cut).toMatchObject({ arguments_cut: true, threats: [threat] });
    expect(cut).not.toHaveProperty('threats_cut');
  });

  it('of the largest it can be stays below 20 kB, and still says how grave it is', () => {
    const threats = Array.from({ length: 20 }, () => ({ ...threat, path: `/${'é'.repeat(128)}`, match: '…'.repeat(27) }));
    const largest = approval({ risk_score: 1, threats_detected: ['path_traversal'], threats, comment: '🙈'.repeat(1_000), context: { text: 'y'.repeat(50_000) }, tool_call: { id: 'call_1', name: 'pay', arguments: { text: '界'.repeat(50_000) } } });
    expect(Buffer.byteLength(approvalBody('approval.resolved', 0, largest))).toBeLessThan(20_000);
    const cut = webhookApproval(largest);
    expect(cut).toMatchObject({ risk_score: 1, threats_detected: ['path_traversal'], context_cut: true, arguments_cut: true, threats_cut: true });
    expect(cut).not.toHaveProperty('threats');
  });
});

function approval(given: Partial<Approval>): Approval {
  return {
    id: 'apr_01m83cq81288gyn58w86nqpwwg',
    status: 'pending',
    guard: 'default',
    session_id: 's'.repeat(256),
    tool_call: { id: 'call_1', name: 'pay', arguments: { amount: 1 } },
    arguments_hash: 'a'.repeat(64),
    policy_id: 'pol_1',
    policy_version: 1,
    requested_by: 'key:Abc123Abc123',
    created_at: '2026-11-24T22:00:00.000Z',
    expires_at: '2026-11-24T23:00:00.000Z',
    ...given,
  };
}
