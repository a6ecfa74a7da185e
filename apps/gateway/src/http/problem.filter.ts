import { InvalidInput } from '@holdpoint/messaging';
import type { Logger } from '@holdpoint/runtime';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { invalidInput, Problem, problemDocument, problemType, type ProblemFacts } from './problem.ts';
import type { Reply, Request } from './requests.ts';
import { methodsOf } from './route.ts';

const defect: ProblemFacts = { status: 500, code: 'internal_error', detail: 'Something went wrong on our side; it has been noted.' };

/** What Fastify and Nest say by status alone, in our words: theirs quote the request or the library. */
const byStatus: Readonly<Record<number, ProblemFacts>> = {
  400: { status: 400, code: 'bad_request', detail: 'The request cannot be read.' },
  404: { status: 404, code: 'not_found', detail: 'There is nothing at this path.' },
  408: { status: 408, code: 'request_timeout', detail: 'The request did not arrive in time.' },
  413: { status: 413, code: 'body_too_large', detail: 'The body is larger than 1 MiB.' },
  414: { status: 414, code: 'uri_too_long', detail: 'The path is too long.' },
  415: { status: 415, code: 'unsupported_media_type', detail: 'The body must be `application/json`.' },
};
const byCode: Readonly<Record<string, ProblemFacts>> = {
  FST_ERR_BAD_URL: { status: 400, code: 'bad_request', detail: 'The path is not a valid URL.' },
};

/** What a client learns of something thrown, and no more. `null`: a defect. */
export function knownFacts(error: unknown): ProblemFacts | null {
  if (error instanceof Problem) return error.facts;
  if (error instanceof InvalidInput) return invalidInput(error.issues);
  if (error instanceof HttpException) return factsIn(error.cause) ?? byStatus[error.getStatus()] ?? null;
  return factsIn(error);
}

function factsIn(error: unknown): ProblemFacts | null {
  if (typeof error !== 'object' || error === null) return null;
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  if (typeof code !== 'string' || !code.startsWith('FST_') || typeof statusCode !== 'number') return null;
  return byCode[code] ?? byStatus[statusCode] ?? null;
}

export const factsOf = (error: unknown): ProblemFacts => knownFacts(error) ?? defect;

/** Nothing at this path, or nothing for this method. */
export function nothingAt({ url }: Pick<Request, 'url'>): ProblemFacts {
  const methods = methodsOf(url);
  if (methods.length === 0) return byStatus[404] ?? defect;
  const allow = methods.join(', ');
  return { status: 405, code: 'method_not_allowed', detail: `This path takes ${allow} only.`, headers: { Allow: allow } };
}

export function sendProblem(reply: Reply, facts: ProblemFacts): Reply {
  for (const [name, value] of Object.entries(facts.headers ?? {})) void reply.header(name, value);
  return reply.code(facts.status).type(problemType).send(JSON.stringify(problemDocument(facts)));
}

/** The one place where a request fails: everything thrown becomes a problem document, defects are logged. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log: Logger;

  constructor(log: Logger) {
    this.log = log;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const reply = http.getResponse<Reply>();
    const known = knownFacts(error);
    const facts = known ?? defect;
    if (known === null) this.log.error({ err: error }, 'a request failed');
    request.arrival.facts.code = facts.code;
    if (!reply.sent) void sendProblem(reply, facts);
  }
}
