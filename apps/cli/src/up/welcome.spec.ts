import { describe, expect, it } from '@jest/globals';
import { welcome } from './welcome.ts';

const urls = { url: 'http://127.0.0.1:8080', approvalsUrl: 'http://127.0.0.1:8081', natsUrl: 'nats://127.0.0.1:4222' };

describe('what a person reads once everything runs', () => {
  it('holds a generated key, and a curl that works when pasted', () => {
    const text = welcome({ ...urls, adminKey: 'hp_sk_abc', given: false });
    expect(text).toContain('\n  hp_sk_abc\n');
    expect(text).toContain('curl -s http://127.0.0.1:8080/v1/guard/default/agent/validate -H "Authorization: Bearer hp_sk_abc"');
  });

  it('says where webhooks may decide', () => {
    expect(welcome({ ...urls, adminKey: null, given: false })).toContain('http://127.0.0.1:8081');
  });

  it('says where agents find NATS, if they may come there', () => {
    expect(welcome({ ...urls, adminKey: null, given: false })).toContain('at nats://127.0.0.1:4222');
    expect(welcome({ ...urls, natsUrl: null, adminKey: null, given: false })).not.toContain('NATS');
  });

  it('does not repeat a key that was given', () => {
    expect(welcome({ ...urls, adminKey: 'hp_sk_abc', given: true })).not.toContain('hp_sk_abc');
  });

  it('says where the key is when the data folder has one', () => {
    expect(welcome({ ...urls, adminKey: null, given: false })).toContain('has its admin key already');
  });
});
