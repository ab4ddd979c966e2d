import type { z } from '@hono/zod-openapi';
import { manualRunKey, runId } from '../../../contracts/ids.ts';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import type { ApiDeps } from '../../deps.ts';
import { streamEvents } from '../../http/event-stream.ts';
import { createRouter } from '../../openapi.ts';
import { checkKnownNames } from '../../runs/known-names.ts';
import { checkKnownRecords } from '../../runs/known-records.ts';
import type { RunBook } from '../../runs/run-book.ts';
import { startRun } from '../../runs/start.ts';
import type { RunRequest } from '../../temporal/workflows.ts';
import { pipelineNamed } from '../pipelines/handlers.ts';
import { followRun } from './events.ts';
import { cancel, events, get, list, start, type startBody } from './routes.ts';
import { runLinks, runView } from './view.ts';

type Deps = Pick<
  ApiDeps,
  'pipelines' | 'registry' | 'workflows' | 'temporalUi' | 'gate' | 'draining' | 'log'
>;

/**
 * A run that names a candidate, source, dataset version or drift check which the pipeline lacks is refused before it
 * starts. To cancel is to ask: 202 with the run as it stands then, 200 where it had ended.
 */
export function runRoutes(deps: Deps, book: RunBook) {
  const { temporalUi, workflows } = deps;
  const readView = async (id: string) => runView(await book.get(id), temporalUi);

  return createRouter()
    .openapi(start, async (c) => {
      const spec = pipelineNamed(deps.pipelines, c.req.valid('param').pipeline);
      const { key = manualRunKey(new Date()), ...body } = c.req.valid('json');
      if (body.kind === 'train' || body.kind === 'ingest') checkKnownNames(spec, body);
      if (body.kind === 'train' || body.kind === 'retrain')
        await checkKnownRecords(deps.registry, spec.name, body);
      const id = runId(body.kind, spec.name, key);
      const { kind, ...options } = body;
      const request: RunRequest = { id, pipeline: spec.name, ...requestOf(spec, body) };
      const { workflowRunId } = await startRun(deps, request, options);
      const links = runLinks(id, workflowRunId, temporalUi);
      return c.json({ id, kind, pipeline: spec.name, workflowRunId, links }, 202, { location: links.self });
    })
    .openapi(list, async (c) => {
      const { runs, next } = await book.list(c.req.valid('query'));
      return c.json({ runs: runs.map((run) => runView(run, temporalUi)), next }, 200);
    })
    .openapi(get, async (c) => c.json(await readView(c.req.valid('param').id), 200))
    .openapi(events, async (c) => {
      const { id } = c.req.valid('param');
      const first = await readView(id);
      return streamEvents(c, deps, (stream, stop) => followRun(stream, first, () => readView(id), stop));
    })
    .openapi(cancel, async (c) => {
      const { id } = c.req.valid('param');
      const run = await book.get(id);
      if (run.state !== 'running') return c.json(runView(run, temporalUi), 200);
      await workflows.cancel(id);
      return c.json(await readView(id), 202);
    });
}

type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;
type Body = Without<z.output<typeof startBody>, 'key'>;
type Asked = Without<RunRequest, 'id' | 'pipeline'>;

/** What the workflow gets: the body without what only the API reads. */
function requestOf(spec: PipelineSpec, body: Body): Asked {
  if (body.kind === 'ingest') return { kind: 'ingest', input: { spec, source: body.source } };
  if (body.kind === 'monitor') {
    const { kind, ...options } = body;
    return { kind, input: { spec, options } };
  }
  if (body.kind === 'retrain') {
    const { kind, ...options } = body;
    return { kind, input: { spec, options } };
  }
  const { kind, ...options } = body;
  return { kind, input: { spec, options } };
}
