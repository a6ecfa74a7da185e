import type { Held, HeldCall } from './nats-store.ts';

/** What lay in NATS stores that are gone, and nowhere else: all that may be missing afterwards. */
export class Conceded {
  private readonly decisions = new Set<string>();
  private readonly eventCalls = new Set<string>();

  static all(parts: Iterable<Conceded>): Conceded {
    const all = new Conceded();
    for (const { decisions, eventCalls } of parts) {
      for (const id of decisions) all.decisions.add(id);
      for (const place of eventCalls) all.eventCalls.add(place);
    }
    return all;
  }

  add({ decisions, toolCalls }: Held): void {
    for (const { id } of decisions) this.decisions.add(id);
    for (const call of [...decisions, ...toolCalls]) this.eventCalls.add(placeOf(call));
  }

  hasDecision(id: string): boolean {
    return this.decisions.has(id);
  }

  /** Submitted and not decided yet, or its decision not kept yet. */
  hasEventCall(call: HeldCall): boolean {
    return this.eventCalls.has(placeOf(call));
  }
}

export const placeOf = ({ guard, session, callId }: HeldCall): string => JSON.stringify([guard, session, callId]);
