import { getConnInfo } from '@hono/node-server/conninfo';
import type { MiddlewareHandler } from 'hono';
import { type ErrorCode, RelevoError } from '../../contracts/errors.ts';
import { everyPipeline } from '../../contracts/security.ts';
import type { AlertRegistry } from '../../registry/types.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiContext, ApiEnv } from '../openapi.ts';
import { authorize, authorizeSomewhere } from './authorize.ts';
import type { Admission, GateRequest } from './gate.ts';
import { createForwardedAddress } from './limits/client-address.ts';
import { nobody, type Principal } from './principal.ts';
import { type RouteFacts, routeFactsOf } from './route-facts.ts';

export type GuardDeps = Pick<ApiDeps, 'gate'> & {
  registry: { alerts: Pick<AlertRegistry, 'get'> };
};

/**
 * Stands before every route: finds out who asks (`c.get('principal')`), and lets them by only where the route's line
 * in `permissions.ts` and their roles for its pipeline allow it.
 */
export const guard = (deps: GuardDeps & Pick<ApiDeps, 'trustedProxies'>): MiddlewareHandler<ApiEnv> => {
  const addressOf = createForwardedAddress(deps.trustedProxies);
  return async (c, next) => {
    const route = routeFactsOf(c);
    const remoteAddress = remoteAddressOf(c);
    c.set('remoteAddress', addressOf({ remoteAddress, headers: c.req.header() }));
    const { principal, headers } = await admission(deps, c, route, { remoteAddress });
    c.set('principal', principal);
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
    if (route !== undefined) await demandPermission(deps, route, principal);
    return next();
  };
};

/**
 * Whether a request whose answer is a stream would still be let by, to be asked as often as one likes: its key may be
 * revoked, its session ended, a role taken away. Where that cannot be known, it would.
 */
export function standingOf(deps: GuardDeps, c: ApiContext): () => Promise<boolean> {
  const route = routeFactsOf(c);
  const standing = { remoteAddress: remoteAddressOf(c), isStanding: true };
  return async () => {
    try {
      const { principal } = await admission(deps, c, route, standing);
      if (route !== undefined) await demandPermission(deps, route, principal);
      return true;
    } catch (error) {
      return !(error instanceof RelevoError && closing.has(error.code));
    }
  };
}

const closing = new Set<ErrorCode>(['UNAUTHENTICATED', 'FORBIDDEN']);

/** @throws RelevoError UNAUTHENTICATED, FORBIDDEN, ALERT_NOT_FOUND */
async function demandPermission(deps: GuardDeps, route: RouteFacts, principal: Principal): Promise<void> {
  const { permission, at } = route.rule;
  authorizeSomewhere(principal, permission);
  if (at !== 'handler') authorize(principal, permission, await pipelineOf(route, deps));
}

/** Requests that come through `app.request` have no socket. */
function remoteAddressOf(c: ApiContext): string | undefined {
  const env: unknown = c.env;
  const overSocket = typeof env === 'object' && env !== null && 'incoming' in env;
  return overSocket ? getConnInfo(c).remote.address : undefined;
}

/** What is for everybody is also for who has a credential that opens nothing any more. */
async function admission(
  { gate }: GuardDeps,
  c: ApiContext,
  route: RouteFacts | undefined,
  how: Pick<GateRequest, 'remoteAddress' | 'isStanding'>,
): Promise<Admission> {
  const { method, path } = c.req;
  try {
    return await gate({ method, path, headers: c.req.header(), ...how });
  } catch (error) {
    const isStranger = error instanceof RelevoError && error.code === 'UNAUTHENTICATED';
    if (isStranger && route?.rule.permission === 'public') return { principal: nobody, headers: {} };
    throw error;
  }
}

/** @throws RelevoError ALERT_NOT_FOUND */
async function pipelineOf({ rule, pipeline, parameters }: RouteFacts, deps: GuardDeps): Promise<string> {
  if (rule.at === 'alert id') return (await deps.registry.alerts.get(parameters.id ?? '')).pipeline;
  return pipeline ?? everyPipeline;
}
