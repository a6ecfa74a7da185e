import { monotonicMs, type Logger } from '@holdpoint/runtime';
import type { JudgedCall } from '../decisions/results.ts';
import { countedBy } from './counted-by.ts';
import type { Admission, Counted, Counters } from './counters.ts';
import type { LimitMetrics } from './limit-metrics.ts';

/** `unavailable`: nobody can count now; the call may have been counted. */
export type LimitAnswer = Admission | 'unavailable';

type Waiting = { readonly limits: readonly Counted[]; settle: (answer: LimitAnswer) => void; settled: boolean };

/** Statements under way at the same time; calls that come meanwhile are counted together by the next. */
export const lanes = 4;
/** Limits in one statement, about. */
const mostTogether = 256;
/** Calls that may wait for a statement: more are turned away at once. */
const mostWaiting = 10_000;

/**
 * Has calls counted by the limits that they meet.
 * INVARIANT: it has lanes and a queue of its own, and every wait in it ends: Postgres holds back only the calls that it must count.
 */
export class RateLimiter {
  private waiting: Waiting[] = [];
  private underWay = 0;

  constructor(
    private readonly counters: Pick<Counters, 'admit'>,
    private readonly metrics: Pick<LimitMetrics, 'answered' | 'counted'>,
    private readonly log: Logger,
  ) {}

  get queued(): number {
    return this.waiting.length;
  }

  /** One answer per call, in order, within `timeoutMs`. Never rejects. */
  async admit(judged: readonly JudgedCall[], timeoutMs: number): Promise<readonly LimitAnswer[]> {
    const mine: Waiting[] = [];
    const answering = judged.map((one) => new Promise<LimitAnswer>((settle) => mine.push({ limits: countedBy(one), settle, settled: false })));
    if (this.waiting.length + mine.length > mostWaiting) giveUp(mine);
    else this.waiting.push(...mine);
    const timer = setTimeout(() => {
      giveUp(mine);
      this.waiting = this.waiting.filter(({ settled }) => !settled);
    }, timeoutMs);
    this.next();
    const answers = await Promise.all(answering);
    clearTimeout(timer);
    this.metrics.answered('unavailable', answers.filter((answer) => answer === 'unavailable').length);
    this.metrics.answered('within', answers.filter((answer) => answer !== 'unavailable' && answer.admitted).length);
    this.metrics.answered('over', answers.filter((answer) => answer !== 'unavailable' && !answer.admitted).length);
    return answers;
  }

  private next(): void {
    while (this.underWay < lanes && this.waiting.length > 0) {
      this.underWay += 1;
      void this.count(this.take()).finally(() => {
        this.underWay -= 1;
        this.next();
      });
    }
  }

  /** The oldest, and at least one. One call that was delivered twice stands in one statement once. */
  private take(): readonly Waiting[] {
    const taken: Waiting[] = [];
    const again: Waiting[] = [];
    const ids = new Set<string>();
    let seen = 0;
    for (const one of this.waiting) {
      if (ids.size + one.limits.length > mostTogether && taken.length > 0) break;
      seen += 1;
      const own = one.limits.map(({ id }) => id.toString('latin1'));
      if (own.some((id) => ids.has(id))) again.push(one);
      else {
        for (const id of own) ids.add(id);
        taken.push(one);
      }
    }
    this.waiting = [...again, ...this.waiting.slice(seen)];
    return taken;
  }

  private async count(together: readonly Waiting[]): Promise<void> {
    const sentAt = monotonicMs();
    try {
      const answers = await this.counters.admit(together.map(({ limits }) => limits));
      for (const [place, one] of together.entries()) settle(one, answers[place] ?? 'unavailable');
      this.metrics.counted(monotonicMs() - sentAt);
    } catch (error) {
      this.log.debug({ err: error, calls: together.length }, 'calls could not be counted');
      giveUp(together);
    }
  }
}

function settle(one: Waiting, answer: LimitAnswer): void {
  one.settled = true;
  one.settle(answer);
}

const giveUp = (them: readonly Waiting[]): void => them.forEach((one) => settle(one, 'unavailable'));
