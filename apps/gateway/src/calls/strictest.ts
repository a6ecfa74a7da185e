import type { Action, ToolCallResult, ValidateResponse } from '@holdpoint/contracts';

const strictness: Readonly<Record<Action, number>> = { block: 4, require_approval: 3, sanitize: 2, warn: 1, allow: 0 };

/** One answer for all calls: the strictest result's fields on top (of equals the first), and every result in order. */
export function withStrictest(results: readonly ToolCallResult[]): ValidateResponse {
  const strictest = results.reduce((worst, result) => (strictness[result.action] > strictness[worst.action] ? result : worst));
  const answer: ValidateResponse & { threats?: unknown } = { ...strictest, results: [...results] };
  // In full they stand with each result only.
  delete answer.threats;
  return answer;
}
