import { STATUS_CODES } from 'node:http';
import type { InputProblem, ProblemDocument } from '@holdpoint/contracts';

export type ProblemFacts = Readonly<{
  status: number;
  /** Stable and public. */
  code: string;
  /** A sentence the client can act on. */
  detail: string;
  errors?: readonly InputProblem[] | undefined;
  headers?: Readonly<Record<string, string>>;
}>;

/** Ends a request with a problem document (RFC 9457). Thrown by controllers and what stands before them only. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly facts: ProblemFacts;

  constructor(facts: ProblemFacts, options?: ErrorOptions) {
    super(facts.detail, options);
    this.facts = facts;
  }
}

/** `error` and `message` repeat title and detail for older clients. */
export function problemDocument({ status, code, detail, errors }: ProblemFacts): ProblemDocument {
  const title = STATUS_CODES[status] ?? 'Error';
  return {
    type: `urn:holdpoint:problem:${code}`,
    title,
    status,
    detail,
    code,
    ...(errors === undefined ? {} : { errors: [...errors] }),
    error: title,
    message: detail,
  };
}

export const problemType = 'application/problem+json; charset=utf-8';

export function invalidInput(errors: readonly InputProblem[]): ProblemFacts {
  const shown = errors.slice(0, 3).map(({ path, message }) => (path === '' ? message : `\`${path}\` ${message}`));
  const more = errors.length - shown.length;
  return { status: 400, code: 'invalid_input', detail: `The request cannot be read: ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`, errors };
}

export function notFound(what: string): ProblemFacts {
  return { status: 404, code: `${what}_not_found`, detail: `There is no such ${what}.` };
}
