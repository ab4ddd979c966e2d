import { RelevoError } from '../../contracts/errors.ts';

interface Route {
  method: string;
  path: string;
}

/** Which methods a path has; none where there is no such path. `routes` are Hono's. */
export function methodsOf(routes: readonly Route[], path: string): string[] {
  const methods = routes
    .filter(({ method, path: pattern }) => method !== 'ALL' && patternOf(pattern).test(path))
    .map(({ method }) => method);
  return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))];
}

const patternOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('/')
      .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
      .join('/')}$`,
  );

export function unknownRoute(method: string, path: string, methods: readonly string[]): RelevoError {
  const shown = path.slice(0, 120);
  if (methods.length > 0) {
    return new RelevoError('METHOD_NOT_ALLOWED', `${shown} does not take ${method}.`, {
      field: 'method',
      value: method,
      expected: methods.join(', '),
    });
  }
  return new RelevoError('ROUTE_NOT_FOUND', `There is nothing at ${shown}.`, {
    field: 'path',
    value: shown,
    expected: 'a path of /openapi.json',
    remedy: 'The routes are listed at /docs.',
  });
}
