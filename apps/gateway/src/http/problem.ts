import { STATUS_CODES } from 'node:http';
import { problemDocument as documentOf, type ProblemDocument, type ProblemFacts as Facts } from '@holdpoint/contracts';

export { invalidInput } from '@holdpoint/contracts';

export type ProblemFacts = Facts & Readonly<{ headers?: Readonly<Record<string, string>> }>;

/** Ends a request with a problem document (RFC 9457). Thrown by controllers and what stands before them only. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly facts: ProblemFacts;

  constructor(facts: ProblemFacts, options?: ErrorOptions) {
    super(facts.detail, options);
    this.facts = facts;
  }
}

/** The document under the name of its status. */
export const problemDocument = (facts: ProblemFacts): ProblemDocument => documentOf(facts, STATUS_CODES[facts.status] ?? 'Error');

export const problemType = 'application/problem+json; charset=utf-8';

export function notFound(what: string): ProblemFacts {
  return { status: 404, code: `${what}_not_found`, detail: `There is no such ${what}.` };
}
