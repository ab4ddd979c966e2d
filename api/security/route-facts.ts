import { matchedRoutes } from 'hono/route';
import { getPath } from 'hono/utils/url';
import { parseRootRunId } from '../../contracts/ids.ts';
import { routedPath } from '../http/links.ts';
import type { ApiContext } from '../openapi.ts';
import { pathParameters } from './path-parameters.ts';
import { type RouteRule, ruleOf } from './permissions.ts';

/** What a request's route is, before any of it has run. */
export interface RouteFacts {
  /** The route's own: HEAD is answered by GET. */
  method: string;
  pattern: string;
  parameters: Readonly<Record<string, string>>;
  rule: RouteRule;
  /** As the request names it; undefined where it does not, or only an alert's id tells. */
  pipeline: string | undefined;
}

/** The route that will answer; undefined where none will. Middleware for every path is no route. */
export function routeFactsOf(c: ApiContext): RouteFacts | undefined {
  const last = matchedRoutes(c).at(-1);
  if (last === undefined || last.method === 'ALL') return undefined;
  const { method, path: pattern } = last;
  const parameters = pathParameters(pattern, routedPath(getPath(c.req.raw)));
  const rule = ruleOf(`${method} ${pattern}`);
  return { method, pattern, parameters, rule, pipeline: pipelineOf(c, rule, parameters) };
}

function pipelineOf(
  c: ApiContext,
  { at = { param: 'pipeline' } }: RouteRule,
  parameters: Readonly<Record<string, string>>,
): string | undefined {
  if (at === 'run id') return parseRootRunId(parameters.id ?? '')?.pipeline;
  if (at === 'alert id' || at === 'handler') return undefined;
  return 'query' in at ? c.req.query(at.query) : parameters[at.param];
}
