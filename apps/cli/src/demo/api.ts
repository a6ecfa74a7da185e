/** A client of the public API with one key. */
export class Api {
  constructor(
    private readonly url: string,
    private readonly key: string,
  ) {}

  /** The answer's body. Throws `ApiError` for anything but 2xx. */
  async call<T>(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new ApiError(method, path, response.status, answer);
    return answer as T;
  }
}

export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    method: string,
    path: string,
    readonly status: number,
    readonly problem: unknown,
  ) {
    super(`${method} ${path} answered ${status}: ${JSON.stringify(problem)}`);
  }
}
