import { endpoints, type Endpoint, type OperationId } from '@holdpoint/contracts';
import { applyDecorators, HttpCode, RequestMapping, RequestMethod } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';

/** Path in the router's form: `{id}` becomes `:id`. */
export const routePath = ({ path }: Pick<Endpoint, 'path'>): string => path.replace(/\{(\w+)\}/g, ':$1');

const usualStatus = ({ answers }: Endpoint): number => Number(Object.keys(answers)[0]);

/** Opens one endpoint of the table: method, path, usual status, and who may (`AccessGuard` reads it). */
export function Route(operationId: OperationId): MethodDecorator {
  const endpoint: Endpoint = endpoints[operationId];
  return applyDecorators(
    RequestMapping({ path: routePath(endpoint), method: RequestMethod[endpoint.method] }),
    HttpCode(usualStatus(endpoint)),
    RouteConfig({ operationId }),
  );
}

/** The operation that a route was opened for. */
export function operationOf({ config }: Readonly<{ config?: object }>): OperationId | undefined {
  return (config as { operationId?: OperationId } | undefined)?.operationId;
}

const paths = Object.values(endpoints).map(({ method, path }: Endpoint) => ({ method, matches: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`) }));

/** The methods that this path takes; none: the path does not exist. */
export function methodsOf(url: string): readonly string[] {
  const path = url.split('?', 1)[0] ?? '';
  return [...new Set(paths.filter(({ matches }) => matches.test(path)).flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))];
}
