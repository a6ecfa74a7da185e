import type { JudgedCall } from '../judged-call.ts';
import type { Unjudgeable } from './unjudgeable.ts';

/** `whyNot` says of a call for which it does not hold what stands against what, without a full stop. It is for explanations: no verdict asks. */
export type Condition = Readonly<{ holds: (call: JudgedCall) => boolean | Unjudgeable; whyNot: (call: JudgedCall) => string }>;
