import { manualRunKey, runId } from '../../../contracts/ids.ts';
import type { AliasMove } from '../../../contracts/runs.ts';
import type { ApiDeps } from '../../deps.ts';
import { languageOf } from '../../http/language.ts';
import { limits } from '../../limits.ts';
import { createRouter } from '../../openapi.ts';
import { startRun } from '../../runs/start.ts';
import { actorOf } from '../../security/actor.ts';
import { errorOfRun } from '../../temporal/failure.ts';
import type { RunRequest } from '../../temporal/workflows.ts';
import { pipelineNamed } from '../pipelines/handlers.ts';
import { runLinks } from '../runs/view.ts';
import { aliases, get, info, list, metrics, promote, rollback } from './routes.ts';
import { infoView, metricsView, modelView } from './view.ts';

type Deps = Pick<ApiDeps, 'pipelines' | 'registry' | 'champions' | 'workflows' | 'temporalUi' | 'log'>;

/**
 * Promotion and rollback answer 200 with the aliases once they are moved, which this server's own champion follows
 * where it can, and 202 with the run where that takes longer than `limits.shortResultMs`.
 */
export function modelRoutes(deps: Deps) {
  const { registry, champions, pipelines } = deps;
  const move = createMover(deps);
  const known = (name: string): string => pipelineNamed(pipelines, name).name;

  return createRouter()
    .openapi(list, async (c) => {
      const pipeline = known(c.req.valid('param').pipeline);
      const { limit, before } = c.req.valid('query');
      const [page, current] = await Promise.all([
        registry.models.list(pipeline, { limit: limit + 1, ...(before === undefined ? {} : { before }) }),
        registry.models.aliases(pipeline),
      ]);
      const shown = page.slice(0, limit);
      const next = page.length > limit ? shown.at(-1)?.version : undefined;
      return c.json({ models: shown.map((model) => modelView(model, current)), aliases: current, next }, 200);
    })
    .openapi(get, async (c) => {
      const pipeline = known(c.req.valid('param').pipeline);
      const [model, current] = await Promise.all([
        registry.models.get(pipeline, c.req.valid('param').version),
        registry.models.aliases(pipeline),
      ]);
      return c.json({ ...modelView(model, current), record: { ...model } }, 200);
    })
    .openapi(aliases, async (c) => {
      const pipeline = known(c.req.valid('param').pipeline);
      const [current, history] = await Promise.all([
        registry.models.aliases(pipeline),
        registry.models.aliasHistory(pipeline, c.req.valid('query').limit),
      ]);
      return c.json({ aliases: current, history: history.map(({ pipeline: _, ...event }) => event) }, 200);
    })
    .openapi(promote, async (c) => {
      const pipeline = known(c.req.valid('param').pipeline);
      const { version, actor, reason } = c.req.valid('json');
      await registry.models.get(pipeline, version);
      const id = runId('promote', pipeline, `${version}-${manualRunKey(new Date())}`);
      const input = {
        ...{ pipeline, modelVersion: version, reason },
        actor: actorOf(c.get('principal'), actor),
      };
      const { run, result } = await move({ id, pipeline, kind: 'promote', input });
      return result === undefined ? c.json({ run }, 202) : c.json({ ...result, run }, 200);
    })
    .openapi(rollback, async (c) => {
      const pipeline = known(c.req.valid('param').pipeline);
      const id = runId('rollback', pipeline, manualRunKey(new Date()));
      const { actor, reason } = c.req.valid('json');
      const { run, result } = await move({
        id,
        pipeline,
        kind: 'rollback',
        input: { pipeline, reason, actor: actorOf(c.get('principal'), actor) },
      });
      return result === undefined ? c.json({ run }, 202) : c.json({ ...result, run }, 200);
    })
    .openapi(info, (c) =>
      c.json(infoView(champions.serving(c.req.valid('query').pipeline).version, languageOf(c)), 200),
    )
    .openapi(metrics, (c) =>
      c.json(metricsView(champions.serving(c.req.valid('query').pipeline).version), 200),
    );
}

/** Starts a workflow that moves aliases and waits a while for it, so that the next prediction is the new champion's. */
function createMover(deps: Deps) {
  return async (request: RunRequest & { kind: 'promote' | 'rollback' }) => {
    const { id, kind, pipeline } = request;
    const { workflowRunId } = await startRun(deps, request, request.input);
    const run = { id, kind, pipeline, workflowRunId, links: runLinks(id, workflowRunId, deps.temporalUi) };
    const outcome = await deps.workflows.outcome(id, workflowRunId, limits.shortResultMs);
    if (outcome?.error) throw errorOfRun(outcome.error);
    if (outcome === undefined) return { run, result: undefined };
    await deps.champions
      .refresh(pipeline)
      .catch((error: unknown) => deps.log.warn({ err: error, pipeline }, 'champion not swapped yet'));
    return { run, result: outcome.result as AliasMove };
  };
}
