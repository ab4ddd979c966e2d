import { getConnInfo } from '@hono/node-server/conninfo';
import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { getPath } from 'hono/utils/url';
import { parseRunId } from '../../contracts/ids.ts';
import { everyPipeline } from '../../contracts/security.ts';
import type { ApiDeps } from '../deps.ts';
import { routedPath } from '../http/links.ts';
import type { ApiContext, ApiEnv } from '../openapi.ts';
import { authorize, maySomewhere, refusal } from './authorize.ts';
import { pathParameters } from './path-parameters.ts';
import { type PipelineAt, type RouteRule, ruleOf } from './permissions.ts';

type Deps = Pick<ApiDeps, 'gate'> & { registry: Pick<ApiDeps['registry'], 'alerts'> };

/**
 * Stands before every route: finds out who asks (`c.get('principal')`), and lets them by only where the route's line
 * in `permissions.ts` and their roles for its pipeline allow it.
 */
export const guard =
  (deps: Deps): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const { principal, headers } = await deps.gate({
      method: c.req.method,
      path: c.req.path,
      headers: c.req.header(),
      remoteAddress: remoteAddressOf(c),
    });
    c.set('principal', principal);
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
    const route = routeOf(c);
    if (route === undefined) return next();
    const rule = ruleOf(`${route.method} ${route.path}`);
    c.set('rule', rule);
    if (rule.permission !== 'public') {
      if (rule.at === 'handler') {
        if (!maySomewhere(principal, rule.permission))
          throw refusal(principal, rule.permission, everyPipeline);
      } else authorize(principal, rule.permission, await pipelineOf(c, route.path, rule, deps));
    }
    return next();
  };

/** Requests that come through `app.request` have no socket. */
function remoteAddressOf(c: ApiContext): string | undefined {
  const env: unknown = c.env;
  const overSocket = typeof env === 'object' && env !== null && 'incoming' in env;
  return overSocket ? getConnInfo(c).remote.address : undefined;
}

/** The route that will answer; undefined where none will. Middleware for every path is no route. */
function routeOf(c: ApiContext): { method: string; path: string } | undefined {
  const last = matchedRoutes(c).at(-1);
  return last === undefined || last.method === 'ALL' ? undefined : last;
}

const usualPlace: PipelineAt = { param: 'pipeline' };

/** The pipeline that a request is about; every one where it does not say. @throws RelevoError ALERT_NOT_FOUND */
async function pipelineOf(
  c: ApiContext,
  pattern: string,
  { at = usualPlace }: RouteRule,
  deps: Deps,
): Promise<string> {
  const parameters = pathParameters(pattern, routedPath(getPath(c.req.raw)));
  if (at === 'run id') return parseRunId(parameters.id ?? '')?.pipeline ?? everyPipeline;
  if (at === 'alert id') return (await deps.registry.alerts.get(parameters.id ?? '')).pipeline;
  if (at === 'handler') return everyPipeline;
  return ('query' in at ? c.req.query(at.query) : parameters[at.param]) ?? everyPipeline;
}
