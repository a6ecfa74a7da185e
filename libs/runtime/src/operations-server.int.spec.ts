import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Metrics } from './metrics.ts';
import { serveOperations, type OperationsServer, type PartHealth } from './operations-server.ts';

describe('operations server', () => {
  let metrics: Metrics;
  let server: OperationsServer;
  let health: () => Promise<readonly PartHealth[]>;

  beforeEach(async () => {
    metrics = new Metrics({ service: 'evaluator' });
    health = async () => [{ part: 'nats', ok: true }];
    server = await serveOperations({ host: '127.0.0.1', port: 0, metrics, health: () => health() });
  });
  afterEach(async () => {
    await server.close();
    await metrics.close();
  });

  it('serves metrics as Prometheus text', async () => {
    metrics.counter('calls').add(3);
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toMatch(/\ncalls_total 3\n$/);
  });

  it('is ready when every part is ok, and names those that are not', async () => {
    expect((await get('/health/ready')).status).toBe(200);
    health = async () => [
      { part: 'nats', ok: true },
      { part: 'postgres', ok: false, detail: 'connection refused' },
    ];
    const response = await get('/health/ready');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: 'down', down: ['postgres'] });
    expect(await (await get('/health/parts')).json()).toEqual({ parts: await health() });
  });

  it('is live whatever its parts are', async () => {
    health = async () => [{ part: 'nats', ok: false }];
    expect((await get('/health/live')).status).toBe(200);
  });

  it('takes a health check that fails for a part that is down', async () => {
    health = () => Promise.reject(new Error('cannot tell'));
    expect((await get('/health/ready')).status).toBe(503);
    expect(await (await get('/health/parts')).json()).toEqual({ parts: [{ part: 'health', ok: false, detail: 'cannot tell' }] });
  });

  it('knows no other path, name of an object’s or not, and only reads', async () => {
    for (const path of ['/', '/metrics/', '/toString', '/__proto__', '/constructor']) expect((await get(path)).status).toBe(404);
    expect((await get('/metrics', 'POST')).status).toBe(405);
    const head = await get('/health/live', 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('says so when its port is taken', async () => {
    await expect(serveOperations({ host: '127.0.0.1', port: server.port, metrics, health })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  function get(path: string, method = 'GET'): Promise<Response> {
    return fetch(`http://127.0.0.1:${server.port}${path}`, { method });
  }
});
