import { contestResultSchema } from '../../../contracts/contest.ts';
import { RelevoError } from '../../../contracts/errors.ts';
import { parseRunId, runId } from '../../../contracts/ids.ts';
import type { Run } from '../../../registry/types.ts';
import type { ApiDeps } from '../../deps.ts';
import { links } from '../../http/links.ts';
import { createRouter } from '../../openapi.ts';
import { createRunBook, type RunRecord } from '../../runs/run-book.ts';
import { startRun } from '../../runs/start.ts';
import { actorOf } from '../../security/actor.ts';
import { pipelineNamed } from '../pipelines/handlers.ts';
import { runLinks } from '../runs/view.ts';
import { get, list, start, steer } from './routes.ts';

type Deps = Pick<ApiDeps, 'pipelines' | 'registry' | 'workflows' | 'temporalUi' | 'log'>;

/**
 * A pipeline and a version name one contest, whose latest run is shown. Stopping one that was ended from outside takes
 * its traffic away and still answers CONTEST_NOT_FOUND.
 */
export function contestRoutes(deps: Deps) {
  const { pipelines, registry, workflows } = deps;
  const book = createRunBook(registry, workflows);
  const idOf = (pipeline: string, version: string): string => runId('contest', pipeline, version);

  const view = async (run: Pick<RunRecord, keyof Run & keyof RunRecord>) => {
    const { id, pipeline, state, startedAt, finishedAt } = run;
    const version = parseRunId(id)?.key ?? '';
    const standing = state === 'running' ? await workflows.contest(id) : undefined;
    const result = contestResultSchema.safeParse(run.result);
    return {
      ...{ id, version, state, startedAt },
      ...(finishedAt !== undefined && { finishedAt }),
      ...(standing && { view: standing }),
      ...(result.success && { result: result.data }),
      links: { self: links.contest(pipeline, version), run: links.run(id) },
    };
  };

  return createRouter()
    .openapi(list, async (c) => {
      const { name: pipeline } = pipelineNamed(pipelines, c.req.valid('param').pipeline);
      const { runs } = await book.list({ pipeline, kind: 'contest', limit: c.req.valid('query').limit });
      return c.json({ contests: await Promise.all(runs.map(view)) }, 200);
    })
    .openapi(get, async (c) => {
      const { pipeline, version } = c.req.valid('param');
      const id = idOf(pipelineNamed(pipelines, pipeline).name, version);
      const run = await book.get(id).catch((error: unknown) => {
        throw error instanceof RelevoError && error.code === 'RUN_NOT_FOUND' ? neverHeld(id, error) : error;
      });
      return c.json(await view(run), 200);
    })
    .openapi(start, async (c) => {
      const spec = pipelineNamed(pipelines, c.req.valid('param').pipeline);
      const { version } = c.req.valid('json');
      await registry.models.get(spec.name, version);
      const id = idOf(spec.name, version);
      const input = { pipeline: spec.name, challenger: version, policy: spec.contest };
      const request = { id, pipeline: spec.name, kind: 'contest' as const, input };
      const asked = { challenger: version, stages: spec.contest.stages };
      const { workflowRunId } = await startRun(deps, request, asked);
      const to = runLinks(id, workflowRunId, deps.temporalUi);
      const started = { id, kind: request.kind, pipeline: spec.name, workflowRunId, links: to };
      return c.json(started, 202, { location: links.contest(spec.name, version) });
    })
    .openapi(steer, async (c) => {
      const { pipeline, version, action } = c.req.valid('param');
      const { name } = pipelineNamed(pipelines, pipeline);
      try {
        const { actor, ...word } = c.req.valid('json');
        const by = { ...word, actor: actorOf(c.get('principal'), actor) };
        return c.json(await workflows.steer(idOf(name, version), action, by), 200);
      } catch (error) {
        // A contest that was ended from outside could not take its traffic away.
        const isGone = error instanceof RelevoError && error.code === 'CONTEST_NOT_FOUND';
        if (isGone && action === 'stop') await registry.routes.clear(name, version);
        throw error;
      }
    });
}

const neverHeld = (id: string, cause: unknown): RelevoError =>
  new RelevoError(
    'CONTEST_NOT_FOUND',
    `There is no contest "${id}"`,
    { field: 'version', value: id, expected: 'a version that has contended' },
    { cause },
  );
