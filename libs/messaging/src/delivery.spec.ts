import { describe, expect, it } from '@jest/globals';
import type { Msg } from '@nats-io/transport-node';
import { Delivery } from './delivery.ts';

describe('a delivery', () => {
  it.each([
    ['up to server 2.14', '$JS.ACK.DECISION_LOG.writer.3.41.77.1764572400123456789.12'],
    ['from server 2.15', '$JS.ACK.hub.accthash.DECISION_LOG.writer.3.41.77.1764572400123456789.12.rnd'],
  ])('is read from its reply subject, %s', (_servers, reply) => {
    const delivery = new Delivery({ reply } as Msg, () => true);
    expect(delivery).toMatchObject({ deliveries: 3, seq: 41, storedNanos: '1764572400123456789', pending: 12 });
    expect(delivery.storedAt).toBe(1_764_572_400_123);
  });
});
