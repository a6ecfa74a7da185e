import { connect, type Socket } from 'node:net';

export type Load = Readonly<{ port: number; path: string; headers: Readonly<Record<string, string>>; body: (index: number) => string; connections: number; durationMs: number }>;
export type LoadResult = Readonly<{ calls: number; failures: number; seconds: number; latenciesMs: Float64Array; bodies: readonly string[] }>;

/** Keeps every connection busy with one request at a time until `durationMs` has passed. Answers other than 200 count as failures. */
export async function httpLoad(load: Load): Promise<LoadResult> {
  const latencies: number[] = [];
  const bodies: string[] = [];
  let failures = 0;
  let index = 0;
  const startedAt = performance.now();
  const until = startedAt + load.durationMs;
  const run = async (): Promise<void> => {
    const connection = await Connection.open(load.port);
    while (performance.now() < until) {
      const body = load.body(index++);
      const sentAt = performance.now();
      const { status, text } = await connection.post(load.path, load.headers, body);
      latencies.push(performance.now() - sentAt);
      if (status === 200) bodies.push(text);
      else failures += 1;
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: load.connections }, run));
  return { calls: latencies.length, failures, seconds: (performance.now() - startedAt) / 1_000, latenciesMs: Float64Array.from(latencies).sort(), bodies };
}

type Answer = Readonly<{ status: number; text: string }>;

/** One keep-alive HTTP/1.1 connection without a parser's comforts: the load must cost less than what it measures. */
class Connection {
  private received = Buffer.alloc(0);
  private waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly host: string,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
      this.read();
    });
    socket.on('error', (error) => this.waiting?.reject(error));
    socket.on('close', () => this.waiting?.reject(new Error('connection closed before the answer')));
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => resolve(new Connection(socket, `127.0.0.1:${port}`)));
      socket.once('error', reject);
    });
  }

  post(path: string, headers: Readonly<Record<string, string>>, body: string): Promise<Answer> {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const answer = new Promise<Answer>((resolve, reject) => (this.waiting = { resolve, reject }));
    this.socket.write(`POST ${path} HTTP/1.1\r\nhost: ${this.host}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${lines.join('')}\r\n${body}`);
    return answer;
  }

  close(): void {
    this.waiting = undefined;
    this.socket.destroy();
  }

  private read(): void {
    const head = this.received.indexOf('\r\n\r\n');
    if (head === -1) return;
    const text = this.received.toString('latin1', 0, head);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1]);
    if (!Number.isInteger(length)) {
      this.waiting?.reject(new Error('an answer without a length'));
      return;
    }
    const end = head + 4 + length;
    if (this.received.length < end) return;
    const body = this.received.toString('utf8', head + 4, end);
    this.received = this.received.subarray(end);
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.resolve({ status: Number(text.slice(9, 12)), text: body });
  }
}
