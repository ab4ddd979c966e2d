import type { ApiDeps } from '../../deps.ts';
import { streamEvents } from '../../http/event-stream.ts';
import { createRouter } from '../../openapi.ts';
import { actorOf } from '../../security/actor.ts';
import { followAlerts } from './events.ts';
import { acknowledge, events, list, silence } from './routes.ts';

type Deps = Pick<ApiDeps, 'registry' | 'gate' | 'draining'>;

const minuteMs = 60_000;

/** What people should know, and what they say to it. */
export function alertRoutes(deps: Deps) {
  const { alerts } = deps.registry;
  return createRouter()
    .openapi(list, async (c) => {
      const { limit, ...filter } = c.req.valid('query');
      const page = await alerts.list({ ...filter, limit: limit + 1 });
      const shown = page.slice(0, limit);
      const next = page.length > limit ? shown.at(-1)?.id : undefined;
      return c.json({ alerts: shown, next }, 200);
    })
    .openapi(acknowledge, async (c) => {
      const { actor, note } = c.req.valid('json');
      const by = { actor: actorOf(c.get('principal'), actor), note };
      return c.json(await alerts.acknowledge(c.req.valid('param').id, by), 200);
    })
    .openapi(silence, async (c) => {
      const until = new Date(Date.now() + c.req.valid('json').minutes * minuteMs).toISOString();
      return c.json(await alerts.silence(c.req.valid('param').id, until), 200);
    })
    .openapi(events, async (c) => {
      const lastSeen = c.req.valid('header')['last-event-id'];
      const after = lastSeen === undefined ? await alerts.newestEvent() : Number(lastSeen);
      const { pipeline } = c.req.valid('query');
      return streamEvents(c, deps, (stream, stop) => followAlerts(stream, alerts, { after, pipeline }, stop));
    });
}
