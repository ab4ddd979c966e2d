import type { MiddlewareHandler } from 'hono';
import type { AuditOutcome } from '../../../registry/access/types.ts';
import { toRelevoError } from '../../http/errors.ts';
import type { ApiContext, ApiEnv } from '../../openapi.ts';
import { nobody } from '../principal.ts';
import { type RouteFacts, routeFactsOf } from '../route-facts.ts';
import type { AuditLog } from './audit-log.ts';
import { recordable } from './entry.ts';
import type { StateReader } from './states.ts';

interface Deps {
  audit: Pick<AuditLog, 'add'>;
  stateOf: StateReader;
}

/**
 * Records every change that somebody known asks for: who, what, when, for which pipeline, how it was before and after,
 * and whether it was done, refused or failed. The record is in the registry, or on disk on its way there, before the
 * answer goes out.
 */
export const audited =
  ({ audit, stateOf }: Deps): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    c.set('audit', {});
    const route = routeFactsOf(c);
    await next();
    if (route === undefined || !isChange(route)) return;
    const principal = c.get('principal') ?? nobody;
    // Whoever has no credential changes nothing, and could fill the record.
    if (principal === nobody) return;
    const status = statusOf(c);
    const notes = c.get('audit');
    const after = notes.after ?? (status < 400 ? await stateOf(route) : undefined);
    await audit.add({
      actor: principal.actor,
      action: `${route.method} ${route.pattern}`,
      target: c.req.path,
      pipeline: route.pipeline,
      requestId: c.get('requestId'),
      remoteAddress: c.get('remoteAddress'),
      outcome: outcomeOf(status),
      status,
      ...{ input: await bodyOf(c), before: notes.before, after },
    });
  };

/** Notes how it was before a change, of who may make it. */
export const stateBefore =
  ({ stateOf }: Pick<Deps, 'stateOf'>): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const route = routeFactsOf(c);
    if (route !== undefined && isChange(route)) c.get('audit').before = await stateOf(route);
    await next();
  };

const isChange = ({ method, rule }: RouteFacts): boolean =>
  method !== 'GET' &&
  rule.audited !== false &&
  (rule.permission === 'operate' || rule.permission === 'administer');

/** Hono hands what a handler throws to the error handler, and has it in `c.error` afterwards. */
const statusOf = (c: ApiContext): number =>
  c.error === undefined ? c.res.status : toRelevoError(c.error).status;

const outcomeOf = (status: number): AuditOutcome =>
  status < 400 ? 'done' : status < 500 ? 'refused' : 'failed';

/** What was asked, where the route has read it as JSON: it keeps to the route's limits. */
async function bodyOf(c: ApiContext): Promise<unknown> {
  if (Object.keys(c.req.bodyCache).length === 0) return undefined;
  if (!c.req.header('content-type')?.includes('json')) return undefined;
  try {
    return recordable(await c.req.json());
  } catch {
    return undefined;
  }
}
