import type { Result as AnyResult } from '../harness.ts';

/** An answer with what the checker looks at. */
export type Result = AnyResult & Readonly<{ metadata: Readonly<{ policy_hash?: string; policy_stale?: boolean; failed_open?: boolean }> }>;

/** `fail`: certainly without effect. `unknown`: no answer, or one that does not say whether it took effect. */
export type Ending = 'ok' | 'fail' | 'unknown';

export type AskedCall = Readonly<{ id: string; name: string; arguments: object; approval_id?: string }>;

/** Milliseconds since the run began, by the client's monotonic clock. */
type Span = Readonly<{ startedAt: number; endedAt: number }>;
type Ended = Span & Readonly<{ client: string; guard: string; ending: Ending; status?: number | undefined; error?: string | undefined }>;

export type Ask = Ended & Readonly<{ kind: 'ask'; session: string; calls: readonly AskedCall[]; waitS: number; results?: readonly Result[] | undefined }>;
export type Vote = Ended & Readonly<{ kind: 'vote'; approvalId: string; voter: string; choice: 'approve' | 'reject'; code?: string | undefined }>;
export type Read = Ended & Readonly<{ kind: 'read'; approvalId: string; approvalStatus?: string | undefined }>;
export type Edit = Ended & Readonly<{ kind: 'edit'; policyId: string; patch: object; waitActive: boolean; version?: number | undefined }>;

/** A tool call published as an event; `ok`: acknowledged. */
export type Submit = Ended & Readonly<{ kind: 'submit'; session: string; call: AskedCall }>;
/** A `decision.made` that reached its subscriber. */
export type Hear = Ended & Readonly<{ kind: 'hear'; session: string; callId: string; decisionId: string; action: string }>;

export type Operation = Ask | Vote | Read | Edit | Submit | Hear;
type WithoutSpan<T> = T extends unknown ? Omit<T, keyof Span> : never;

/** Everything the clients asked and heard, in the order in which it ended. */
export class History {
  readonly operations: Operation[] = [];
  private readonly beganAt = performance.now();

  now(): number {
    return performance.now() - this.beganAt;
  }

  /** Runs one request of a client and keeps how it ended; never rejects. */
  async record<T extends WithoutSpan<Operation>>(act: () => Promise<T>, lost: (error: string) => T): Promise<T> {
    const startedAt = this.now();
    const operation = await act().catch((error: unknown) => {
      const text = textOf(error);
      // Nobody took the connection, so nothing was asked.
      return text.endsWith('ECONNREFUSED') ? { ...lost(text), ending: 'fail' as const } : lost(text);
    });
    this.operations.push({ ...operation, startedAt, endedAt: this.now() });
    return operation;
  }

  /** What came by itself. */
  note(operation: WithoutSpan<Operation>): void {
    const at = this.now();
    this.operations.push({ ...operation, startedAt: at, endedAt: at });
  }

  jsonLines(): string {
    return this.operations.map((operation) => `${JSON.stringify(operation)}\n`).join('');
  }
}

/** What a status says of a request that may have effects: a refusal has none, a server's trouble leaves it open. */
export function endingOf(status: number): Ending {
  if (status < 400) return 'ok';
  return status < 500 ? 'fail' : 'unknown';
}

function textOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { name, message, cause } = error as { name?: string; message?: string; cause?: { code?: string; message?: string } };
  return [name, message, cause?.code ?? cause?.message].filter((part) => part !== undefined).join(': ');
}
