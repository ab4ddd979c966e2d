import { randomBytes } from 'node:crypto';
import { type BatchInput, batchMediaTypes, batchResultSchema } from '../../../contracts/batch.ts';
import { RelevoError } from '../../../contracts/errors.ts';
import { manualRunKey, runId } from '../../../contracts/ids.ts';
import type { ApiDeps } from '../../deps.ts';
import { links } from '../../http/links.ts';
import { createRouter } from '../../openapi.ts';
import type { RunBook, RunRecord } from '../../runs/run-book.ts';
import { startRun } from '../../runs/start.ts';
import { pipelineNamed } from '../pipelines/handlers.ts';
import { runLinks } from '../runs/view.ts';
import { resultStream } from './results.ts';
import { get, results, start, startDescribed } from './routes.ts';
import { batchRows } from './rows.ts';

type Deps = Pick<
  ApiDeps,
  | 'pipelines'
  | 'champions'
  | 'histories'
  | 'registry'
  | 'workflows'
  | 'artifacts'
  | 'recording'
  | 'temporalUi'
  | 'log'
>;

/** Batches: many rows, predicted by one version in a durable run. */
export function batchRoutes(deps: Deps, book: RunBook) {
  const { pipelines, artifacts, temporalUi } = deps;
  const linksOf = (pipeline: string, id: string, workflowRunId: string) => {
    const run = runId('batch', pipeline, id);
    const self = `${links.pipeline(pipeline)}/batches/${encodeURIComponent(id)}`;
    const { self: runPath, ...others } = runLinks(run, workflowRunId, temporalUi);
    return { ...others, self, run: runPath, results: `${self}/results` };
  };
  const read = async (pipeline: string, id: string): Promise<RunRecord> =>
    await book.get(runId('batch', pipelineNamed(pipelines, pipeline).name, id));

  const router = createRouter();
  router.openAPIRegistry.registerPath(startDescribed);
  return router
    .openapi(start, async (c) => {
      const { name } = pipelineNamed(pipelines, c.req.valid('param').pipeline);
      const { id = newBatchId(), version, key, results: format } = c.req.valid('query');
      const { modelVersion, isForecast } = await versionFor(deps, name, version);
      const rows = await batchRows(c, name, deps);
      if (isForecast) demandMoments(rows, name);
      const run = runId('batch', name, id);
      const policy = deps.recording.policyOf(name);
      const log = { runId: run, askedAt: new Date().toISOString(), policy };
      const input: BatchInput = {
        ...{ pipeline: name, modelVersion, rows, results: format, key },
        ...(policy.predictions === 'all' && { log }),
      };
      const { workflowRunId } = await startRun(
        deps,
        { id: run, kind: 'batch', pipeline: name, input },
        input,
      );
      const found = linksOf(name, id, workflowRunId);
      const answer = { id, runId: run, pipeline: name, modelVersion, workflowRunId, links: found };
      return c.json(answer, 202, { location: found.self });
    })
    .openapi(get, async (c) => {
      const { pipeline, id } = c.req.valid('param');
      const { state, startedAt, finishedAt, progress, result, error, workflowRunId, ...run } = await read(
        pipeline,
        id,
      );
      return c.json(
        {
          ...{ id, runId: run.id, pipeline, state, startedAt, finishedAt },
          progress: progress && { phase: progress.phase, fraction: progress.fraction },
          result:
            state === 'completed' ? batchResultSchema.omit({ files: true }).strip().parse(result) : undefined,
          error: error && { code: error.code, message: error.message, details: error.details },
          links: linksOf(pipeline, id, workflowRunId),
        },
        200,
      );
    })
    .openapi(results, async (c) => {
      const { pipeline, id } = c.req.valid('param');
      const { state, result } = await read(pipeline, id);
      if (state !== 'completed') throw notDone(id, state);
      const batch = batchResultSchema.parse(result);
      const { stream, bytes } = await resultStream(artifacts, batch);
      return c.body(stream, 200, {
        'content-type': batchMediaTypes[batch.format],
        'content-length': String(bytes),
        'content-disposition': `attachment; filename="${id.replace(/[^\w.-]/g, '_')}.${batch.format}"`,
      });
    });
}

/** Sorts by time; batches of one second differ by chance. */
const newBatchId = (): string => `${manualRunKey(new Date())}-${randomBytes(4).toString('hex')}`;

/** The version that is to answer. @throws RelevoError CHAMPION_MISSING, MODEL_NOT_FOUND, DATASET_NOT_FOUND where a forecast has nothing to start from */
async function versionFor(
  { champions, registry, histories }: Pick<Deps, 'champions' | 'registry' | 'histories'>,
  pipeline: string,
  version: string | undefined,
): Promise<{ modelVersion: string; isForecast: boolean }> {
  const chosen =
    version === undefined
      ? champions.serving(pipeline).version
      : await registry.models.get(pipeline, version);
  const isForecast = chosen.spec.forecast !== undefined;
  if (isForecast) await histories.of(pipeline, chosen.source);
  return { modelVersion: chosen.version, isForecast };
}

/** @throws RelevoError REQUEST_INVALID: every row of a dataset version is a moment that has been */
function demandMoments(rows: BatchInput['rows'], pipeline: string): void {
  if (!('datasetVersion' in rows)) return;
  throw new RelevoError(
    'REQUEST_INVALID',
    `"${pipeline}" makes forecasts, and a dataset version holds readings of the past.`,
    {
      field: 'datasetVersion',
      value: rows.datasetVersion,
      expected: 'a file of moments after the last reading',
      remedy: 'Send the moments as CSV, NDJSON or Parquet.',
    },
  );
}

const notDone = (id: string, state: string): RelevoError =>
  new RelevoError('BATCH_NOT_DONE', `The batch "${id}" has no results: it is ${state}.`, {
    field: 'id',
    value: id,
    expected: 'a batch that has completed',
  });
