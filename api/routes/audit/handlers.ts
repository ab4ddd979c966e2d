import type { ApiDeps } from '../../deps.ts';
import { createRouter } from '../../openapi.ts';
import { list } from './routes.ts';

/** Who changed what. */
export function auditRoutes({ registry }: { registry: Pick<ApiDeps['registry'], 'access'> }) {
  return createRouter().openapi(list, async (c) => {
    const { limit, ...filter } = c.req.valid('query');
    const page = await registry.access.audit.list({ ...filter, limit: limit + 1 });
    const events = page.slice(0, limit);
    const next = page.length > limit ? events.at(-1)?.id : undefined;
    return c.json({ events, next }, 200);
  });
}
