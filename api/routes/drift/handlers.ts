import { RelevoError } from '../../../contracts/errors.ts';
import type { DriftCheck } from '../../../registry/types.ts';
import type { ApiDeps } from '../../deps.ts';
import { links } from '../../http/links.ts';
import { createRouter } from '../../openapi.ts';
import { pipelineNamed } from '../pipelines/handlers.ts';
import { get, list } from './routes.ts';

type Deps = Pick<ApiDeps, 'pipelines' | 'registry'>;

function checkView(check: DriftCheck) {
  const { id, pipeline, createdAt, verdict, modelVersion, datasetVersion, runId, report } = check;
  const { kind, shape, rows, columns, advice } = report;
  return {
    ...{ id, pipeline, createdAt, verdict, modelVersion, datasetVersion, rows },
    ...(kind === undefined ? {} : { kind }),
    ...(shape === undefined ? {} : { shape }),
    drifted: columns.filter((column) => column.verdict === 'drift').map(({ column }) => column),
    advice: advice.mode,
    links: { self: links.driftCheck(pipeline, id), run: links.run(runId) },
  };
}

/** What the checks of a pipeline have found. */
export function driftRoutes({ pipelines, registry }: Deps) {
  const newest = async (pipeline: string): Promise<DriftCheck> => {
    const found = await registry.drift.latest(pipeline);
    if (found) return found;
    throw new RelevoError('DRIFT_CHECK_NOT_FOUND', `"${pipeline}" has not been checked for drift yet`, {
      field: 'pipeline',
      value: pipeline,
      remedy: `Start a check: relevo drift check ${pipeline}`,
    });
  };
  return createRouter()
    .openapi(list, async (c) => {
      const { name } = pipelineNamed(pipelines, c.req.valid('param').pipeline);
      const { limit, before } = c.req.valid('query');
      const page = await registry.drift.list(name, { limit: limit + 1, before });
      const shown = page.slice(0, limit);
      const next = page.length > limit ? shown.at(-1)?.cursor : undefined;
      return c.json({ checks: shown.map(checkView), next }, 200);
    })
    .openapi(get, async (c) => {
      const { pipeline, id } = c.req.valid('param');
      const { name } = pipelineNamed(pipelines, pipeline);
      const check = id === 'latest' ? await newest(name) : await registry.drift.get(name, id);
      return c.json({ ...checkView(check), report: check.report }, 200);
    });
}
