import { argumentTexts, type ArgumentTexts } from './argument-texts.ts';
import type { ToolCallFacts } from './policy.ts';
import type { Unjudgeable } from './unjudgeable.ts';

/** One call at one instant (epoch milliseconds). Its texts are collected once, when the first condition asks. */
export class JudgedCall {
  private collectedTexts: ArgumentTexts | Unjudgeable | undefined;

  constructor(
    readonly facts: ToolCallFacts,
    readonly at: number,
  ) {}

  texts(): ArgumentTexts | Unjudgeable {
    return (this.collectedTexts ??= argumentTexts(this.facts.arguments));
  }
}
