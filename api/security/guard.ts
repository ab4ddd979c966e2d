import { getConnInfo } from '@hono/node-server/conninfo';
import type { MiddlewareHandler } from 'hono';
import { RelevoError } from '../../contracts/errors.ts';
import { everyPipeline } from '../../contracts/security.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiContext, ApiEnv } from '../openapi.ts';
import { authorize, authorizeSomewhere } from './authorize.ts';
import type { Admission } from './gate.ts';
import { nobody } from './principal.ts';
import { type RouteFacts, routeFactsOf } from './route-facts.ts';

type Deps = Pick<ApiDeps, 'gate'> & { registry: Pick<ApiDeps['registry'], 'alerts'> };

/**
 * Stands before every route: finds out who asks (`c.get('principal')`), and lets them by only where the route's line
 * in `permissions.ts` and their roles for its pipeline allow it.
 */
export const guard =
  (deps: Deps): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const route = routeFactsOf(c);
    const remoteAddress = remoteAddressOf(c);
    c.set('remoteAddress', remoteAddress);
    const { principal, headers } = await admission(deps, c, route, remoteAddress);
    c.set('principal', principal);
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
    if (route === undefined) return next();
    const { permission, at } = route.rule;
    authorizeSomewhere(principal, permission);
    if (at !== 'handler') authorize(principal, permission, await pipelineOf(route, deps));
    return next();
  };

/** Requests that come through `app.request` have no socket. */
function remoteAddressOf(c: ApiContext): string | undefined {
  const env: unknown = c.env;
  const overSocket = typeof env === 'object' && env !== null && 'incoming' in env;
  return overSocket ? getConnInfo(c).remote.address : undefined;
}

/** What is for everybody is also for who has a credential that opens nothing any more. */
async function admission(
  { gate }: Deps,
  c: ApiContext,
  route: RouteFacts | undefined,
  remoteAddress: string | undefined,
): Promise<Admission> {
  const { method, path } = c.req;
  try {
    return await gate({ method, path, headers: c.req.header(), remoteAddress });
  } catch (error) {
    const isStranger = error instanceof RelevoError && error.code === 'UNAUTHENTICATED';
    if (isStranger && route?.rule.permission === 'public') return { principal: nobody, headers: {} };
    throw error;
  }
}

/** @throws RelevoError ALERT_NOT_FOUND */
async function pipelineOf({ rule, pipeline, parameters }: RouteFacts, deps: Deps): Promise<string> {
  if (rule.at === 'alert id') return (await deps.registry.alerts.get(parameters.id ?? '')).pipeline;
  return pipeline ?? everyPipeline;
}
