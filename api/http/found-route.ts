import { routePath } from 'hono/route';
import type { ApiContext } from '../openapi.ts';

/** The pattern of the route that was found for a request, never its path; `none` where only what stands before all routes is. */
export function foundRoute(c: ApiContext): string {
  const pattern = routePath(c, -1);
  return pattern === '/*' ? 'none' : pattern;
}
