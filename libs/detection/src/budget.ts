/** Thrown where a scan has no steps left; the scan answers with `scan_incomplete`. */
export class BudgetSpent extends Error {
  override readonly name = 'BudgetSpent';

  constructor() {
    super('the scan has no steps left');
  }
}

/** Steps of one scan: about one for each character looked at. INVARIANT: what a scan may cost is linear in what it is given. */
export class Budget {
  readonly #limit: number;
  #spent = 0;
  #partial = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get spent(): number {
    return this.#spent;
  }

  /** Whether something was left unread all the same. */
  get isPartial(): boolean {
    return this.#partial;
  }

  /** Some part is left unread, since there is too much of it or it is nested too deep; the scan goes on, and says so. */
  leaveUnread(): void {
    this.#partial = true;
  }

  get isSpent(): boolean {
    return this.#spent > this.#limit;
  }

  /** Throws `BudgetSpent`. */
  spend(steps: number): void {
    this.#spent += steps;
    if (this.#spent > this.#limit) throw new BudgetSpent();
  }
}

/** A benign call spends 2 to 20 steps a character. */
export const budgetFor = (characters: number): Budget => new Budget(200_000 + 160 * characters);
