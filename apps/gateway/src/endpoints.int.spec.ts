import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { endpoints, type Endpoint } from '@holdpoint/contracts';
import { routePath } from './http/route.ts';
import { startGateway, type RunningGateway } from './testing/fake-services.ts';

type Operation = { operationId: string; parameters: { name: string; in: string; required: boolean; schema: object }[]; requestBody?: { content: Record<string, { schema: object }> }; responses: Record<string, object>; security: object[] };
type Document = { openapi: string; info: object; paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, object> } };

const table: readonly [string, Endpoint][] = Object.entries(endpoints);

describe('the table of endpoints', () => {
  let gateway: RunningGateway;
  let document: Document;

  beforeAll(async () => {
    gateway = await startGateway();
    document = (await gateway.send({ url: '/openapi.json' })).json() as Document;
  });
  afterAll(() => gateway.stopAll());

  it('is what the gateway serves, no less and no more', () => {
    const fastify = gateway.app.getHttpAdapter().getInstance();
    const missing = table.filter(([, endpoint]) => !fastify.hasRoute({ method: endpoint.method, url: routePath(endpoint) }));
    expect(missing.map(([id]) => id)).toEqual([]);
    const wanted = new Set(table.flatMap(([, endpoint]) => [`${endpoint.method} ${routePath(endpoint)}`, ...(endpoint.method === 'GET' ? [`HEAD ${routePath(endpoint)}`] : [])]));
    expect(gateway.routes().filter((route) => !wanted.has(route))).toEqual([]);
    expect(gateway.routes()).toHaveLength(wanted.size);
  });

  it('names every method and path once', () => {
    const routes = table.map(([, { method, path }]) => `${method} ${path}`);
    expect(new Set(routes).size).toBe(routes.length);
  });

  it('names a schema for every parameter in a path', () => {
    for (const [, { path, params = {} }] of table) expect(Object.keys(params)).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  });

  describe('as an OpenAPI document', () => {
    it('is 3.1 and lists what the table lists', () => {
      expect(document.openapi).toBe('3.1.0');
      expect(document.info).toMatchObject({ title: 'Holdpoint', version: '0.0.0' });
      const listed = table.filter(([, { listed }]) => listed !== false);
      const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => [operation.operationId, `${method.toUpperCase()} ${path}`]));
      expect(operations.sort()).toEqual(listed.map(([id, { method, path }]) => [id, `${method} ${path}`]).sort());
    });

    it('declares every path parameter as required, and answers with content that has a schema', () => {
      for (const [path, methods] of Object.entries(document.paths)) {
        for (const operation of Object.values(methods)) {
          const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
          expect([operation.operationId, inPath.map(({ name }) => name)]).toEqual([operation.operationId, [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)]);
          expect(inPath.every(({ required }) => required)).toBe(true);
          expect(Object.keys(operation.responses)).toContain('default');
          expect(Object.keys(operation.responses).every((status) => /^(default|[2-5]\d\d)$/.test(status))).toBe(true);
        }
      }
    });

    it('refers only to what it holds', () => {
      const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref!);
      expect(refs.length).toBeGreaterThan(20);
      for (const ref of refs) expect([ref, resolve(document, ref)]).toEqual([ref, expect.anything()]);
    });

    it('says of every schema what it is: no dialects, no definitions of their own', () => {
      expect(JSON.stringify(document)).not.toMatch(/"\$schema"|"\$defs"/);
      expect(document.components.schemas['ValidateRequest']).toMatchObject({ type: 'object', required: ['session_id', 'tool_calls'], additionalProperties: false });
      expect(document.components.schemas['ToolCallResult']).toMatchObject({ type: 'object' });
    });

    it('asks for a key exactly where a role is needed', () => {
      for (const [id, { path, method, roles, listed }] of table) {
        if (listed === false) continue;
        expect([id, (document.paths[path]?.[method.toLowerCase()]?.security.length ?? 0) > 0]).toEqual([id, roles.length > 0]);
      }
    });
  });

  describe('the page to try it', () => {
    it('is where `/` leads to', async () => {
      const home = await gateway.send({ url: '/' });
      expect([home.status, home.headers.location]).toEqual([302, '/docs']);
    });

    it('loads nothing from elsewhere and runs nothing inline', async () => {
      const page = await gateway.send({ url: '/docs' });
      expect(page.status).toBe(200);
      expect(page.headers['content-type']).toMatch(/^text\/html/);
      expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
      expect(page.headers['content-security-policy']).not.toContain('unsafe');
      expect(page.body).not.toMatch(/https?:|<script>|<style|onload=/);
      for (const [, file] of page.body.matchAll(/(?:src|href)="([^"]+)"/g)) expect([file, (await gateway.send({ url: file! })).status]).toEqual([file, 200]);
    });

    it('has no other files', async () => {
      expect((await gateway.send({ url: '/docs/package.json' })).status).toBe(404);
      expect((await gateway.send({ url: '/docs/..%2Fpackage.json' })).status).toBe(404);
    });
  });
});

function resolve(document: object, ref: string): unknown {
  return ref.slice(2).split('/').reduce<unknown>((node, part) => (node as Record<string, unknown> | undefined)?.[part], document);
}
