import { quoted } from '../quoted.ts';

/** Why a condition neither holds nor fails; completes "could not be judged because …". */
export type Unjudgeable = Readonly<{ because: string }>;

export function textTooLong(pointer: string): Unjudgeable {
  return { because: `the text at ${quoted(pointer)} is longer than 64 KiB` };
}
