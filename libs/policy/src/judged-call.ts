import { argumentTexts, type ArgumentTexts } from './conditions/argument-texts.ts';
import type { PatternGroup } from './conditions/pattern-groups.ts';
import type { ToolCallFacts } from './policy.ts';
import type { Unjudgeable } from './conditions/unjudgeable.ts';

/** One call at one instant (epoch milliseconds). Its texts are collected once, when the first condition asks, and read by a group of patterns once. */
export class JudgedCall {
  private collectedTexts: ArgumentTexts | Unjudgeable | undefined;
  private read: Map<PatternGroup, ReadonlySet<string> | null> | undefined;

  constructor(
    readonly facts: ToolCallFacts,
    readonly at: number,
  ) {}

  texts(): ArgumentTexts | Unjudgeable {
    return (this.collectedTexts ??= argumentTexts(this.facts.arguments));
  }

  found(group: PatternGroup, texts: ArgumentTexts): ReadonlySet<string> | null {
    const read = (this.read ??= new Map<PatternGroup, ReadonlySet<string> | null>());
    let found = read.get(group);
    if (found === undefined) read.set(group, (found = group.found(texts)));
    return found;
  }
}
