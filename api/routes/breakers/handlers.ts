import type { ApiDeps } from '../../deps.ts';
import { createRouter } from '../../openapi.ts';
import { actorOf } from '../../security/actor.ts';
import { pipelineNamed } from '../pipelines/handlers.ts';
import { force, get } from './routes.ts';

const eventsShown = 20;

/** Forcing answers with the breaker as it then stands and its last 20 events. */
export function breakerRoutes({ pipelines, registry }: Pick<ApiDeps, 'pipelines' | 'registry'>) {
  const show = async (pipeline: string, limit: number) => {
    const [breaker, history] = await Promise.all([
      registry.breakers.get(pipeline),
      registry.breakers.events(pipeline, limit),
    ]);
    return { breaker, history };
  };

  return createRouter()
    .openapi(get, async (c) => {
      const { name } = pipelineNamed(pipelines, c.req.valid('param').pipeline);
      return c.json(await show(name, c.req.valid('query').limit), 200);
    })
    .openapi(force, async (c) => {
      const { name } = pipelineNamed(pipelines, c.req.valid('param').pipeline);
      const { actor, ...to } = c.req.valid('json');
      await registry.breakers.force(name, { ...to, actor: actorOf(c.get('principal'), actor) });
      return c.json(await show(name, eventsShown), 200);
    });
}
