/** What is left of a request's budget, by the monotonic clock. */
export class Deadline {
  readonly #at: number;
  #signal: AbortSignal | undefined;

  constructor(receivedAt: number, budgetMs: number) {
    this.#at = receivedAt + budgetMs;
  }

  /** 0 once it has passed. */
  remainingMs(): number {
    return Math.max(0, this.#at - performance.now());
  }

  /** Aborts when the deadline passes. */
  get signal(): AbortSignal {
    this.#signal ??= AbortSignal.timeout(Math.ceil(this.remainingMs()));
    return this.#signal;
  }
}

/** What a handler gets as `@Ctx()`. */
export class RequestContext {
  readonly subject: string;
  /** W3C trace context of the caller, as sent. */
  readonly traceparent: string | undefined;
  readonly deadline: Deadline;
  readonly #sendPart: (body: unknown, isLast: boolean) => void;

  constructor(subject: string, traceparent: string | undefined, deadline: Deadline, sendPart: (body: unknown, isLast: boolean) => void) {
    this.subject = subject;
    this.traceparent = traceparent;
    this.deadline = deadline;
    this.#sendPart = sendPart;
  }

  /**
   * Answers one part now (contracts with `replies: 'many'`, while the handler runs). The reply ends when the handler's promise resolves,
   * or with an error when it rejects. `last` ends it with this part, which saves a message. Throws when the part is larger than the server takes.
   */
  part(body: unknown, { last = false }: Readonly<{ last?: boolean }> = {}): void {
    this.#sendPart(body, last);
  }
}
