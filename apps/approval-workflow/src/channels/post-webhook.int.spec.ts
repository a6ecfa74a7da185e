import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Destinations, parseRange } from './destinations.ts';
import { postWebhook } from './post-webhook.ts';

const servers: (HttpServer | Server)[] = [];
afterEach(async () => {
  await Promise.all(
    servers.splice(0).map(async (server) => {
      server.closeAllConnections();
      await new Promise<void>((closed) => void server.close(() => closed()));
    }),
  );
});

describe('posting a webhook', () => {
  it('asks the receiver for the certificate of the name in the URL, and sends nothing to one that it cannot trust', async () => {
    const names: string[] = [];
    let requests = 0;
    const named = (name: string, answer: (error: null, context: SecureContext) => void): void => {
      names.push(name);
      answer(null, createSecureContext({ key, cert }));
    };
    const server = createServer({ key, cert, SNICallback: named }, (_, response) => {
      requests += 1;
      response.end();
    });
    const url = `https://hooks.example:${await portOf(server)}/`;
    const posted = await withEnvironment({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, async () => await post(url));
    expect(posted).toMatchObject({ error: 'the TLS connection could not be trusted (DEPTH_ZERO_SELF_SIGNED_CERT)' });
    expect([names, requests]).toEqual([['hooks.example'], 0]);
  });

  it('goes past proxies that the environment names', async () => {
    const proxied: string[] = [];
    const proxy = createHttpServer((request, response) => {
      proxied.push(String(request.url));
      response.end();
    });
    const direct = createHttpServer((request, response) => void response.writeHead(request.url === '/hook' ? 204 : 400).end());
    const address = `http://127.0.0.1:${await portOf(proxy)}`;
    const proxies = Object.fromEntries(['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'].map((name) => [name, address]));
    const url = `http://hooks.example:${await portOf(direct)}/hook`;
    expect(await withEnvironment({ ...proxies, NODE_USE_ENV_PROXY: '1' }, async () => await post(url))).toMatchObject({ status: 204 });
    expect(proxied).toEqual([]);
  });

  it('ends when the receiver switches protocols, which nobody asked for', async () => {
    const server = createHttpServer();
    server.on('connection', (socket) => socket.on('error', () => undefined).write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'));
    expect(await post(`http://hooks.example:${await portOf(server)}/`)).toMatchObject({ status: 101 });
  });

  it.each([
    ['what is no HTTP', 'garbage\r\n\r\n'],
    ['headers without end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`],
    ['nothing', ''],
  ])('is no success when the receiver answers %s', async (_, bytes) => {
    const server = createHttpServer();
    server.on('connection', (socket) => socket.on('error', () => undefined).end(bytes));
    const posted = await post(`http://hooks.example:${await portOf(server)}/`);
    expect(posted).toMatchObject({ error: expect.any(String) });
    expect(posted.status).toBeUndefined();
  });

  it('is broken off when the sender stops', async () => {
    const server = createHttpServer(() => stop.abort(new Error('stopped')));
    const stop = new AbortController();
    await expect(post(`http://hooks.example:${await portOf(server)}/`, stop.signal)).rejects.toThrow('stopped');
  });

  it('does not wait for a resolver that does not answer', async () => {
    const deaf = new Destinations([], () => new Promise(() => undefined));
    const posted = await postWebhook({ url: 'http://hooks.example/', headers: {}, body: Buffer.from('{}'), timeoutMs: 50, signal: new AbortController().signal }, deaf);
    expect(posted).toMatchObject({ error: 'no answer within 0.05 s' });
  });
});

const loopback = new Destinations([parseRange('127.0.0.1')].filter((range) => range !== null), () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]));

async function post(url: string, signal = new AbortController().signal): ReturnType<typeof postWebhook> {
  return await postWebhook({ url, headers: {}, body: Buffer.from('{}'), timeoutMs: 5_000, signal }, loopback);
}

async function portOf(server: HttpServer | Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((listening) => void server.listen({ host: '127.0.0.1', port: 0 }, listening));
  return (server.address() as AddressInfo).port;
}

async function withEnvironment<T>(variables: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
  const before = process.env;
  process.env = { ...before, ...variables };
  try {
    return await work();
  } finally {
    process.env = before;
  }
}

function pem(what: string, base64: string): string {
  return `-----BEGIN ${what}-----\n${base64}\n-----END ${what}-----\n`;
}

/** Signed by itself, for `hooks.example`; made for this spec and of no use elsewhere. */
const key = pem('PRIVATE KEY', 'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgxy1mVTsV+w6ntcOsimcLXbhXloE2FlIoFs2IZK7NfcOhRANCAASAIdiql3GuXVoB6l0oI/yMqbpNCVdEDOvTB9KP8Aa2pWpJltVQhLawIxrpdSkyENVZ0/zX9twQ0wWGyy7tSjF2');
const cert = pem('CERTIFICATE', 'MIIBoTCCAUegAwIBAgIUAeif1exClXQUKMzApfSPHGl08t8wCgYIKoZIzj0EAwIwGDEWMBQGA1UEAwwNaG9va3MuZXhhbXBsZTAgFw0yNjExMjQyMzE0NDNaGA8yMTI2MTAzMTIzMTQ0M1owGDEWMBQGA1UEAwwNaG9va3MuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIAh2KqXca5dWgHqXSgj/Iypuk0JV0QM69MH0o/wBralakmW1VCEtrAjGul1KTIQ1VnT/Nf23BDTBYbLLu1KMXajbTBrMB0GA1UdDgQWBBSlxiZLqCcImSNrgu2NsLmNNYtL2TAfBgNVHSMEGDAWgBSlxiZLqCcImSNrgu2NsLmNNYtL2TAPBgNVHRMBAf8EBTADAQH/MBgGA1UdEQQRMA+CDWhvb2tzLmV4YW1wbGUwCgYIKoZIzj0EAwIDSAAwRQIhAOa1Q7bEquNqGSAAcf5tPWiW0RJNdnwor7gzFzXhNs94AiAyMbZ68Y0HwgJtaUN36LEhMDvAIQnI5sOemuhvRlEFGA==');
