import type { DefaultAction, PolicyAction, RateLimit } from '../policy.ts';

export type Effect = 'loosened' | 'tightened' | 'both' | 'unclear' | 'neither';

/** The least and the most strict that may come of something, by rank. */
export type Answers = Readonly<{ least: number; most: number }>;

/** Whether some call may get a weaker, or a stricter, answer; `certain`: false where that is for want of knowledge. */
export type Shift = Readonly<{ looser: boolean; stricter: boolean; certain: boolean }>;

/** In the order of strictness. */
const RANKS: Readonly<Record<PolicyAction, number>> = { allow: 0, warn: 1, sanitize: 2, rate_limit: 3, require_approval: 4, block: 5 };

export const BLOCKED: Answers = { least: RANKS.block, most: RANKS.block };
export const ANYTHING: Answers = { least: RANKS.allow, most: RANKS.block };

type Deciding = Readonly<{ action: PolicyAction; rate_limit?: RateLimit | undefined }>;

/** What a policy that decides may end in. A call that is cleaned may be let go or blocked, one that is counted too, or be decided by what follows: `below`. */
export function answersOf(policy: Deciding, below: Answers = ANYTHING): Answers {
  const { action } = policy;
  if (action === 'rate_limit') return goesOn(policy) ? { least: below.least, most: RANKS.block } : ANYTHING;
  return action === 'sanitize' ? ANYTHING : { least: RANKS[action], most: RANKS[action] };
}

export const NO_SHIFT: Shift = { looser: false, stricter: false, certain: true };
export const UNCERTAIN: Shift = { looser: true, stricter: true, certain: false };

/** Calls that it decided are decided by what follows. Within a limit that goes on below, they were so before. */
export const letGo = (policy: Deciding, below: Answers): Shift => shiftOf(goesOn(policy) ? BLOCKED : answersOf(policy), below);

export const takenOn = (policy: Deciding, below: Answers): Shift => shiftOf(below, goesOn(policy) ? BLOCKED : answersOf(policy));

const goesOn = ({ action, rate_limit: limit }: Deciding): boolean => action === 'rate_limit' && limit?.on_within === 'continue';

/** From one answer, any of `before`, to another, any of `after`. */
export const shiftOf = (before: Answers, after: Answers): Shift => ({ looser: after.least < before.most, stricter: after.most > before.least, certain: true });

export function joined(shifts: readonly Shift[]): Shift {
  return { looser: shifts.some(({ looser }) => looser), stricter: shifts.some(({ stricter }) => stricter), certain: shifts.every(({ certain }) => certain) };
}

export function spanOf(answers: readonly Answers[]): Answers {
  return answers.reduce((span, { least, most }) => ({ least: Math.min(span.least, least), most: Math.max(span.most, most) }));
}

export function effectOf({ looser, stricter, certain }: Shift): Effect {
  if (looser && stricter) return certain ? 'both' : 'unclear';
  if (looser) return 'loosened';
  return stricter ? 'tightened' : 'neither';
}

/** Of the same action twice: no shift, or that of the two limits. Null: the actions differ. A limit is the looser the more calls it lets through in the same time. */
export function alike(before: Deciding, after: Deciding): Shift | null {
  if (before.action !== after.action) return null;
  if (before.action !== 'rate_limit') return NO_SHIFT;
  const [was, is] = [before.rate_limit, after.rate_limit];
  if (!was || !is || was.by !== is.by) return UNCERTAIN;
  const [continued, continues] = [was.on_within === 'continue', is.on_within === 'continue'];
  return {
    looser: is.max_requests > was.max_requests || is.window_seconds < was.window_seconds || (continued && !continues),
    stricter: is.max_requests < was.max_requests || is.window_seconds > was.window_seconds || (!continued && continues),
    certain: true,
  };
}

/** Of changes that are made together. */
export function combinedEffect(effects: readonly Effect[]): Effect {
  const either = (one: Effect) => effects.some((effect) => effect === one || effect === 'both' || effect === 'unclear');
  return effectOf({ looser: either('loosened'), stricter: either('tightened'), certain: !effects.includes('unclear') });
}

export const defaultActionEffect = (before: DefaultAction, after: DefaultAction): Effect => effectOf(shiftOf(answersOf({ action: before }), answersOf({ action: after })));
