import { STATUS_CODES } from 'node:http';
import { headers, type Msg, type MsgHdrs } from '@nats-io/transport-node';
import { z } from 'zod';
import { InvalidInput, PeerFailed, PeerRefused, PeerUnavailable, type Problem, PublishUnconfirmed, RequestRefused } from './errors.ts';
import { decode, encode } from './payload.ts';

const errorHeader = 'Nats-Service-Error';
const statusHeader = 'Nats-Service-Error-Code';

/** An error reply by NATS ADR-32: the headers name it in one line, the body is a problem document. */
export function errorReply(problem: Problem): Readonly<{ data: Uint8Array; headers: MsgHdrs }> {
  const hdrs = headers();
  hdrs.set(errorHeader, oneLine(problem.detail ?? problem.title));
  hdrs.set(statusHeader, String(problem.status));
  return { data: encode(problem), headers: hdrs };
}

export function problem(status: number, code: string, detail?: string, errors?: Problem['errors']): Problem {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    ...(detail !== undefined && { detail }),
    code,
    ...(errors !== undefined && { errors }),
  };
}

/** The problem that a thrown error is answered with, or `null` for a defect, of which a caller learns nothing. */
export function problemOf(error: unknown): Problem | null {
  if (error instanceof InvalidInput) return problem(400, error.code, error.message, error.issues);
  if (error instanceof RequestRefused) return problem(error.status, error.code, error.message, error.errors);
  if (error instanceof PeerUnavailable || error instanceof PublishUnconfirmed) return problem(503, error.code, error.message);
  return null;
}

/** The error that a reply stands for, if it is an error reply. */
export function errorOf(subject: string, reply: Msg): PeerRefused | PeerFailed | null {
  const text = reply.headers?.get(statusHeader) ?? '';
  if (text === '') return null;
  const status = /^\d{3}$/.test(text) ? Number(text) : 500;
  const answer = { subject, status, description: reply.headers?.get(errorHeader) ?? '', problem: readProblem(reply.data) };
  return status >= 400 && status < 500 ? new PeerRefused(answer) : new PeerFailed(answer);
}

const ProblemBody = z.object({ type: z.string(), title: z.string(), status: z.number(), code: z.string() });

function readProblem(data: Uint8Array): Problem | undefined {
  try {
    const body = decode(data);
    return ProblemBody.safeParse(body).success ? (body as Problem) : undefined;
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 500);
