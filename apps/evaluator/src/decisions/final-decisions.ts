import { FindFinalDecisions } from '@holdpoint/contracts';
import type { Messaging } from '@holdpoint/messaging';
import type { Logger } from '@holdpoint/runtime';
import type { JudgedCall, NotJudged } from './results.ts';

type Asking = Readonly<{ messaging: Pick<Messaging, 'request'>; log: Logger; timeoutMs: number }>;

/**
 * Leaves out those calls that came as events and have their final decision already.
 * INVARIANT: while the log cannot tell, an event call is neither parked nor released: it may be decided.
 */
export async function undecided(judged: readonly JudgedCall[], { messaging, log, timeoutMs }: Asking): Promise<Readonly<{ open: readonly JudgedCall[]; notDecided: readonly NotJudged[] }>> {
  const calls = judged.flatMap(({ call: { guard_id, event_key } }) => (event_key === undefined ? [] : [{ guard_id, event_key }]));
  if (calls.length === 0) return { open: judged, notDecided: [] };
  const keepsFromParking = (why: NotJudged['not_judged'], concerns: (eventKey: string) => boolean) => {
    const open: JudgedCall[] = [];
    const notDecided: NotJudged[] = [];
    for (const one of judged) {
      const { event_key } = one.call;
      if (event_key !== undefined && concerns(event_key)) notDecided.push({ index: one.index, not_judged: why });
      else open.push(one);
    }
    return { open, notDecided };
  };
  try {
    const { decided } = await messaging.request(FindFinalDecisions, { calls }, { timeoutMs });
    const final = new Set(decided);
    return keepsFromParking('decided_before', (eventKey) => final.has(eventKey));
  } catch (error) {
    log.debug({ err: error, calls: calls.length }, 'the decision log cannot tell yet which calls are decided');
    return keepsFromParking('part_unavailable', () => true);
  }
}
