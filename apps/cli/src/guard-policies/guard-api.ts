import { isJsonObject, parseStrictJson } from '@holdpoint/contracts';
import { type DefaultAction, type Policy, readPolicyList } from '@holdpoint/policy';
import { setTimeout as pause } from 'node:timers/promises';
import type { Gateway } from './config.ts';

/** A guard's policies at one version, all of them, in the order in which they are asked. `default_action`: null where the key may not read it. */
export type GuardPolicies = Readonly<{ version: string; policies: readonly Policy[]; default_action: DefaultAction | null }>;

/** Why a guard cannot be read or written, in one sentence. */
export class GuardTrouble extends Error {
  override readonly name = 'GuardTrouble';
}

/** Somebody else has written meanwhile. */
export class WrittenMeanwhile extends Error {
  override readonly name = 'WrittenMeanwhile';
}

type Answer = Readonly<{ status: number; headers: Headers; body: Readonly<Record<string, unknown>> }>;
type Write = Readonly<{ method: string; path: string; body?: object; ifMatch?: string | null | undefined; wait?: boolean }>;
/** `waitingFor`: evaluators that do not decide by it yet; empty also where nobody asked. */
export type Written = Readonly<{ version: string; body: Answer['body']; waitingFor: string }>;

const TIMEOUT_MS = 10_000;
/** `?wait=active` may take ten seconds itself. */
const WAIT_TIMEOUT_MS = 20_000;
const READS_AT_MOST = 5;

/** The policies of one guard over the public API. Every method throws `GuardTrouble`. INVARIANT: no message holds the key, and a redirect does not get it. */
export class GuardApi {
  /** `stop` ends what reads; a write that has begun is waited for. */
  constructor(
    private readonly gateway: Gateway,
    private readonly stop: AbortSignal,
  ) {}

  get path(): string {
    return `/v1/guard/${this.gateway.guard}`;
  }

  /** Pages of one version: where somebody writes meanwhile they are read again. */
  async read(): Promise<GuardPolicies> {
    for (let reads = 1; ; reads += 1) {
      const policies = await this.readPages();
      if (policies !== null) return { ...policies, default_action: await this.defaultAction() };
      if (reads === READS_AT_MOST) throw new GuardTrouble(`the policies of guard \`${this.gateway.guard}\` change faster than they can be read`);
      await pause(100 * reads);
    }
  }

  /** A policy and its tag. */
  async tagOf(id: string): Promise<Readonly<{ policy: unknown; tag: string | null }>> {
    const { body, headers } = await this.expect({ method: 'GET', path: `${this.path}/policies/${encodeURIComponent(id)}` });
    return { policy: body, tag: headers.get('etag') };
  }

  /** The guard itself: its default action, and its tag. */
  async guard(): Promise<Readonly<{ default_action: unknown; tag: string | null }>> {
    const { body, headers } = await this.expect({ method: 'GET', path: `/v1/guards/${this.gateway.guard}` });
    return { default_action: body['default_action'], tag: headers.get('etag') };
  }

  /** Throws `WrittenMeanwhile` where `ifMatch` does not hold any more. */
  async write(write: Write): Promise<Written> {
    const { headers, body } = await this.expect(write);
    return { version: headers.get('x-policy-version') ?? '', body, waitingFor: headers.get('x-policy-waiting-for') ?? '' };
  }

  private async readPages(): Promise<Omit<GuardPolicies, 'default_action'> | null> {
    const policies: unknown[] = [];
    let version: string | null = null;
    for (let cursor: string | undefined; ; ) {
      const { body, headers } = await this.expect({ method: 'GET', path: `${this.path}/policies?limit=200${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}` });
      const tag = headers.get('etag');
      const { data, next_cursor: next } = body;
      if (!Array.isArray(data) || tag === null) throw new GuardTrouble(`${this.gateway.url} answers, but not as this version of Holdpoint does`);
      if (version !== null && version !== tag) return null;
      version = tag;
      policies.push(...(data as unknown[]));
      if (typeof next !== 'string') break;
      cursor = next;
    }
    const read = readPolicyList(policies, '');
    if ('problems' in read) throw new GuardTrouble(`the guard has policies that this version does not know: ${read.problems[0]?.path ?? ''} ${read.problems[0]?.message ?? ''}`);
    return { version: version.replaceAll('"', ''), policies: read.policies };
  }

  private async defaultAction(): Promise<DefaultAction | null> {
    const { status, body } = await this.call({ method: 'GET', path: `/v1/guards/${this.gateway.guard}` });
    // Who may only read policies does not see the guard's settings.
    return status === 200 && typeof body['default_action'] === 'string' ? (body['default_action'] as DefaultAction) : null;
  }

  private async expect(write: Write): Promise<Answer> {
    const answer = await this.call(write);
    if (answer.status >= 200 && answer.status < 300) return answer;
    if (answer.status === 412) throw new WrittenMeanwhile('somebody else has written meanwhile');
    throw new GuardTrouble(this.problemOf(answer));
  }

  private async call({ method, path, body, ifMatch, wait = false }: Write): Promise<Answer> {
    const { url, key } = this.gateway;
    const timeoutMs = wait ? WAIT_TIMEOUT_MS : TIMEOUT_MS;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${url}${path}${wait ? '?wait=active' : ''}`, {
        method,
        headers: { authorization: `Bearer ${key}`, accept: 'application/json', ...(body !== undefined && { 'content-type': 'application/json' }), ...(ifMatch !== undefined && ifMatch !== null && { 'if-match': ifMatch }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        redirect: 'error',
        signal: method === 'GET' ? AbortSignal.any([AbortSignal.timeout(timeoutMs), this.stop]) : AbortSignal.timeout(timeoutMs),
      });
      text = await response.text();
    } catch (error) {
      throw new GuardTrouble(this.stop.aborted ? 'interrupted' : unreachable(url, error, timeoutMs));
    }
    const parsed = parseStrictJson(text);
    if (!parsed.ok || !isJsonObject(parsed.value)) throw new GuardTrouble(`${url} answers ${response.status}, but not as Holdpoint does`);
    return { status: response.status, headers: response.headers, body: parsed.value };
  }

  private problemOf({ status, body }: Answer): string {
    const { guard, url } = this.gateway;
    const detail = typeof body['detail'] === 'string' ? body['detail'] : `${status}`;
    if (status === 401) return `the key is not known at ${url}, or not any more`;
    if (status === 403) return `the key may not do that: ${detail}`;
    if (status === 404 && body['code'] === 'guard_not_found') return `there is no guard \`${guard}\` at ${url}, or the key may not see it`;
    return `${url} answers ${status}: ${detail}`;
  }
}

function unreachable(url: string, error: unknown, timeoutMs: number): string {
  const { name, cause } = error as Error;
  if (name === 'TimeoutError') return `no answer from ${url} within ${timeoutMs / 1_000} s`;
  const { code, message } = (cause ?? error) as NodeJS.ErrnoException;
  return `nobody answers at ${url} (${code ?? message})`;
}
