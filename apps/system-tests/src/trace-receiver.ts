import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Value = Readonly<{ stringValue?: string; intValue?: number | string; doubleValue?: number; boolValue?: boolean }>;
type Attribute = Readonly<{ key: string; value: Value }>;
type WireSpan = Readonly<{ traceId: string; spanId: string; parentSpanId?: string; name: string; kind: number; attributes: readonly Attribute[]; links?: readonly Readonly<{ traceId: string }>[] }>;
type Request = Readonly<{ resourceSpans: readonly Readonly<{ resource: Readonly<{ attributes: readonly Attribute[] }>; scopeSpans: readonly Readonly<{ spans: readonly WireSpan[] }>[] }>[] }>;

export type ReceivedSpan = Readonly<{ service: string; name: string; kind: number; traceId: string; spanId: string; parentSpanId: string; attributes: Readonly<Record<string, Value>> }>;

/** A collector for one test: takes OTLP over HTTP with JSON, on loopback, and keeps what it gets. */
export class TraceReceiver {
  readonly spans: ReceivedSpan[] = [];
  /** The bodies, as they came. */
  readonly bodies: string[] = [];
  readonly headers: string[] = [];

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    readonly url: string,
  ) {}

  static async start(): Promise<TraceReceiver> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        receiver.headers.push(JSON.stringify(request.headers));
        receiver.take(Buffer.concat(chunks).toString('utf8'));
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
    const receiver = new TraceReceiver(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return receiver;
  }

  ofTrace(traceId: string): readonly ReceivedSpan[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private take(body: string): void {
    this.bodies.push(body);
    for (const { resource, scopeSpans } of (JSON.parse(body) as Request).resourceSpans) {
      const service = valuesOf(resource.attributes)['service.name']?.stringValue ?? '';
      for (const { name, kind, traceId, spanId, parentSpanId = '', attributes } of scopeSpans.flatMap(({ spans }) => spans)) {
        this.spans.push({ service, name, kind, traceId, spanId, parentSpanId, attributes: valuesOf(attributes) });
      }
    }
  }
}

const valuesOf = (attributes: readonly Attribute[]): Record<string, Value> => Object.fromEntries(attributes.map(({ key, value }) => [key, value]));
