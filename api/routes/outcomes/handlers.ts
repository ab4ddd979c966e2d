import { type OutcomeStatus, outcomeStatuses } from '../../../contracts/predictions.ts';
import type { ApiDeps } from '../../deps.ts';
import { parseJson } from '../../http/json-body.ts';
import { createRouter } from '../../openapi.ts';
import { pipelineNotFound } from '../../serving/champions/champions.ts';
import { readOutcomes } from './read.ts';
import { outcomes } from './routes.ts';

type Deps = Pick<ApiDeps, 'pipelines' | 'registry' | 'recording'>;

const dayMs = 86_400_000;

const countsOf = (statuses: readonly OutcomeStatus[]): Partial<Record<OutcomeStatus, number>> =>
  Object.fromEntries(
    outcomeStatuses.flatMap((status) => {
      const count = statuses.filter((other) => other === status).length;
      return count === 0 ? [] : [[status, count]];
    }),
  );

/**
 * Takes outcomes and answers each with its status, in order. One about a prediction that is gone from the log, by its
 * age, is `unknown` and not stored.
 */
export function outcomeRoutes({ pipelines, registry, recording }: Deps) {
  const router = createRouter();
  router.openAPIRegistry.registerPath(outcomes);
  router.post('/v1/pipelines/:pipeline/outcomes', async (c) => {
    const pipeline = c.req.param('pipeline');
    const spec = pipelines.find(({ name }) => name === pipeline);
    if (spec === undefined)
      throw pipelineNotFound(
        pipeline,
        pipelines.map(({ name }) => name),
      );
    const told = readOutcomes(parseJson(Buffer.from(await c.req.arrayBuffer())), spec);
    const { retentionDays } = recording.policyOf(pipeline);
    const keptSince = new Date(Date.now() - retentionDays * dayMs).toISOString();
    const statuses = await registry.outcomes.record(pipeline, told, { keptSince });
    return c.json({ outcomes: statuses.map((status) => ({ status })), counts: countsOf(statuses) }, 200);
  });
  return router;
}
