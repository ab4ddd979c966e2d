import type { ServerResponse } from 'node:http';
import type { MiddlewareHandler } from 'hono';
import type { Logger } from 'pino';
import type { Environment } from '../../contracts/env.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../openapi.ts';
import type { Principal } from '../security/principal.ts';
import { foundRoute } from './found-route.ts';
import { probes } from './probes.ts';

/** A request as it ended. Nothing of it is what the client chose freely: no body, no query, no path, no credential. */
export interface AccessEntry {
  requestId: string;
  method: string;
  /** The route's pattern, `none` where no route was found. */
  route: string;
  /** Undefined where nobody was left to answer. */
  status: number | undefined;
  /** Of `performance.now()` when the request came. */
  startedMs: number;
  /** Undefined where the request ended before that was known. */
  principal: Principal | undefined;
  /** Whether the connection ended before the answer did; of a stream of events it is how clients leave. */
  isCut: boolean;
}

/** One line a request, at its end. What never became one, such as headers that do not come, is not in it. */
export interface AccessLog {
  /** Whether any request is told. */
  readonly isOn: boolean;
  /** Whether predictions that succeeded are: known beforehand, so that of thousands a second nothing is gathered in vain. */
  readonly tellsPredictions: boolean;
  tell(entry: AccessEntry): void;
}

/** What programs send by the thousand. */
const frequent = /(?:\/predict|\/predict\/batch|\/infer|\/invocations|\/outcomes)$/;

export function createAccessLog(
  log: Pick<Logger, 'info' | 'debug' | 'isLevelEnabled'>,
  mode: Environment['RELEVO_ACCESS_LOG'],
): AccessLog {
  const isOn = mode !== 'off' && log.isLevelEnabled('info');
  const tellsAll = isOn && mode === 'all';
  return {
    isOn,
    tellsPredictions: tellsAll && log.isLevelEnabled('debug'),
    tell({ requestId, method, route, status, startedMs, principal, isCut }) {
      const isFault = status === undefined || status >= 400;
      if (isFault ? !isOn : !tellsAll) return;
      const line = {
        ...{ requestId, method, route, status },
        durationMs: Math.round((performance.now() - startedMs) * 1_000) / 1_000,
        who: principal?.actor,
        ...(isCut && { isCut }),
      };
      const isRoutine = !isFault && (frequent.test(route) || probes.has(route));
      if (isRoutine) log.debug(line, 'Request');
      else log.info(line, 'Request');
    },
  };
}

/** Tells each request that comes through the app once its answer has gone out, be it a stream of hours. */
export const accessLogged =
  ({ accessLog }: Pick<ApiDeps, 'accessLog'>): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    if (!accessLog.isOn) return await next();
    const startedMs = performance.now();
    const tell = (status: number | undefined, isCut: boolean): void =>
      accessLog.tell({
        ...{ requestId: c.get('requestId'), method: c.req.method, route: foundRoute(c) },
        ...{ status, startedMs, principal: c.get('principal'), isCut },
      });
    const outgoing = outgoingOf(c.env);
    if (outgoing === undefined) {
      await next();
      return tell(c.res.status, false);
    }
    outgoing.once('close', () =>
      tell(outgoing.headersSent ? outgoing.statusCode : undefined, !outgoing.writableFinished),
    );
    await next();
  };

/** Requests that come through `app.request` have no socket to close. */
const outgoingOf = (env: unknown): ServerResponse | undefined =>
  typeof env === 'object' && env !== null && 'outgoing' in env ? (env.outgoing as ServerResponse) : undefined;
