import type { InputProblem } from '@holdpoint/contracts';
import { RpcException } from '@nestjs/microservices';

/** What Nest hands on to the transport as it is; everything else that a handler throws it calls an internal error. */
abstract class MessagingError extends RpcException {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message);
    if (options?.cause !== undefined) this.cause = options.cause;
  }

  override getError(): this {
    return this;
  }
}

/** What a caller learns from the connection itself, without an answer of the peer. */
export type NoAnswer = 'no_responders' | 'timeout' | 'disconnected' | 'forbidden';

/**
 * Nobody answered, or not to the end. `no_responders` and `forbidden`: nobody saw the request. Otherwise it may have been, or still be, acted on.
 * `disconnected` while the connection was down already: it was never sent, but the two cases are not told apart.
 */
export class PeerUnavailable extends MessagingError {
  override readonly name = 'PeerUnavailable';
  override readonly code = 'peer_unavailable';
  readonly subject: string;
  readonly reason: NoAnswer | 'incomplete';

  constructor(subject: string, reason: NoAnswer | 'incomplete', options?: ErrorOptions) {
    super(`no complete answer from \`${subject}\`: ${reason}`, options);
    this.subject = subject;
    this.reason = reason;
  }
}

/** Problem document (RFC 9457) of an error reply. */
export type Problem = Readonly<{ type: string; title: string; status: number; detail?: string; code: string; errors?: readonly InputProblem[] }>;

type ErrorReply = Readonly<{ subject: string; status: number; description: string; problem?: Problem | undefined }>;

abstract class PeerError extends MessagingError {
  readonly subject: string;
  /** `Nats-Service-Error-Code`. */
  readonly status: number;
  /** `Nats-Service-Error`. */
  readonly description: string;
  /** The body, when it is a problem document. */
  readonly problem: Problem | undefined;

  constructor({ subject, status, description, problem }: ErrorReply, options?: ErrorOptions) {
    super(`\`${subject}\` answered ${status}: ${description}`, options);
    this.subject = subject;
    this.status = status;
    this.description = description;
    this.problem = problem;
  }
}

/** The peer refused the request (4xx): asking again with the same body is of no use. */
export class PeerRefused extends PeerError {
  override readonly name = 'PeerRefused';
  override readonly code = 'peer_refused';
}

/** The peer could not answer (5xx), or its answer breaks the contract (502). */
export class PeerFailed extends PeerError {
  override readonly name = 'PeerFailed';
  override readonly code = 'peer_failed';
}

/** Thrown by the payload check only: each issue with a JSON pointer (RFC 6901) into the payload. */
export class InvalidInput extends MessagingError {
  override readonly name = 'InvalidInput';
  override readonly code = 'invalid_input';
  readonly issues: readonly InputProblem[];

  constructor(issues: readonly InputProblem[], options?: ErrorOptions) {
    super(issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; '), options);
    this.issues = issues;
  }
}

/** Thrown by a handler to answer with an error reply of its choice. `code` is public and stable. */
export class RequestRefused extends MessagingError {
  override readonly name = 'RequestRefused';
  override readonly code: string;
  readonly status: number;
  readonly errors: readonly InputProblem[] | undefined;

  constructor({ status, code, detail, errors }: Readonly<{ status: number; code: string; detail: string; errors?: readonly InputProblem[] }>) {
    super(detail);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

/** Thrown by a consumer for one message that it can never process: kept in `DEAD_LETTERS` with this reason, then acknowledged. */
export class UnreadableMessage extends MessagingError {
  override readonly name = 'UnreadableMessage';
  override readonly code = 'unreadable_message';
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`message can not be processed: ${reason}`, options);
    this.reason = reason;
  }
}

/**
 * The stream did not confirm a message. `timeout`, `disconnected`: outcome unknown, the message may be stored.
 * `refused` (full stream, failed expectation), `no_stream`, `forbidden`, `too_large`: it is not.
 */
export class PublishUnconfirmed extends MessagingError {
  override readonly name = 'PublishUnconfirmed';
  override readonly code = 'publish_unconfirmed';
  readonly subject: string;
  readonly reason: 'timeout' | 'disconnected' | 'refused' | 'no_stream' | 'forbidden' | 'too_large';
  /** Whether the message may be stored all the same. */
  readonly outcome: 'unknown' | 'not_stored';

  constructor(subject: string, reason: PublishUnconfirmed['reason'], detail?: string, options?: ErrorOptions) {
    super(`publish to \`${subject}\` is not confirmed: ${detail ?? reason}`, options);
    this.subject = subject;
    this.reason = reason;
    this.outcome = reason === 'timeout' || reason === 'disconnected' ? 'unknown' : 'not_stored';
  }
}
