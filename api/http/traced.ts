import type { MiddlewareHandler } from 'hono';
import { parseTraceparent } from '../../telemetry/traceparent.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../openapi.ts';
import { foundRoute } from './found-route.ts';
import { probes } from './probes.ts';

/** Of other predictions the listener lets through only those that are to be traced. */
const isSampled = /(?:\/infer|\/invocations)$/;

/**
 * Makes each request a span that goes on from the client's, under the pattern of its route; of predictions only the
 * share that is set, and of what monitors ask again and again none.
 */
export const traced = ({
  tracing,
  tracedPredictions,
}: Pick<ApiDeps, 'tracing' | 'tracedPredictions'>): MiddlewareHandler<ApiEnv> => {
  return async (c, next) => {
    const { method, path } = c.req;
    if (tracing === undefined || probes.has(path)) return await next();
    if (isSampled.test(path) && Math.random() >= tracedPredictions) return await next();
    const parent = parseTraceparent(c.req.header('traceparent'));
    await tracing.within({ name: method, kind: 'server', parent }, async (span) => {
      await next();
      const route = foundRoute(c);
      span.rename(`${method} ${route}`);
      span.set({
        'http.request.method': method,
        'http.route': route,
        'http.response.status_code': c.res.status,
        'relevo.request_id': c.get('requestId'),
      });
      if (c.res.status >= 500) span.fail(`answered ${c.res.status}`);
    });
  };
};
