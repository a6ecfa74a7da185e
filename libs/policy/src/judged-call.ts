import type { IANAZone } from 'luxon';
import { argumentTexts, type ArgumentTexts } from './argument-texts.ts';
import type { ToolCallFacts } from './policy.ts';
import { localTimeIn, type LocalTime } from './time-window.ts';
import type { Unjudgeable } from './unjudgeable.ts';

/** One call at one instant. What is costly to know about it is found out once, when the first condition asks. */
export class JudgedCall {
  private collectedTexts: ArgumentTexts | Unjudgeable | undefined;
  private readonly localTimes = new Map<string, LocalTime | null>();

  constructor(
    readonly facts: ToolCallFacts,
    private readonly at: number,
  ) {}

  texts(): ArgumentTexts | Unjudgeable {
    return (this.collectedTexts ??= argumentTexts(this.facts.arguments));
  }

  localTime(zone: IANAZone): LocalTime | null {
    let local = this.localTimes.get(zone.name);
    if (local === undefined) {
      local = localTimeIn(zone, this.at);
      this.localTimes.set(zone.name, local);
    }
    return local;
  }
}
