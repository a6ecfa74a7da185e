import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { httpLoad } from './http-load.ts';

let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const refused = body.includes('"refuse":true');
      response.writeHead(refused ? 503 : 200, { 'content-length': Buffer.byteLength(body) }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => void server.close());

describe('the load', () => {
  it('keeps every answer to its own request', async () => {
    const result = await httpLoad({ port, path: '/', headers: {}, body: (index) => `{"index":${index},"text":"${'ü'.repeat(index % 700)}"}`, connections: 4, durationMs: 200 });
    const indexes = result.bodies.map((body) => (JSON.parse(body) as { index: number }).index).sort((one, other) => one - other);
    expect(indexes).toEqual(Array.from({ length: result.calls }, (_, index) => index));
    expect(result.failures).toBe(0);
  });

  it('counts answers other than 200 as failures', async () => {
    const result = await httpLoad({ port, path: '/', headers: {}, body: (index) => `{"refuse":${index % 2 === 0}}`, connections: 1, durationMs: 100 });
    expect(result.failures).toBe(Math.ceil(result.calls / 2));
  });
});
