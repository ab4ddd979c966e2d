import { streamSSE } from 'hono/streaming';
import { manualRunKey, runId } from '../../../contracts/ids.ts';
import type { ApiDeps } from '../../deps.ts';
import { createRouter } from '../../openapi.ts';
import type { RunBook } from '../../runs/run-book.ts';
import { startRun } from '../../runs/start.ts';
import type { RunRequest } from '../../temporal/workflows.ts';
import { pipelineNamed } from '../pipelines/handlers.ts';
import { followRun } from './events.ts';
import { cancel, events, get, list, start } from './routes.ts';
import { runLinks, runView } from './view.ts';

type Deps = Pick<ApiDeps, 'pipelines' | 'registry' | 'workflows' | 'temporalUi' | 'draining' | 'log'>;

export function runRoutes(deps: Deps, book: RunBook) {
  const { temporalUi, workflows } = deps;
  const readView = async (id: string) => runView(await book.get(id), temporalUi);

  return createRouter()
    .openapi(start, async (c) => {
      const spec = pipelineNamed(deps.pipelines, c.req.valid('param').pipeline);
      const { key = manualRunKey(new Date()), ...body } = c.req.valid('json');
      const id = runId(body.kind, spec.name, key);
      const { kind, ...options } = body;
      const request: RunRequest =
        body.kind === 'train'
          ? { id, pipeline: spec.name, kind: 'train', input: { spec, options: trainOptions(body) } }
          : { id, pipeline: spec.name, kind: 'ingest', input: { spec, source: body.source } };
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
      return streamSSE(c, (stream) => followRun(stream, first, () => readView(id), deps.draining));
    })
    .openapi(cancel, async (c) => {
      const { id } = c.req.valid('param');
      const run = await book.get(id);
      if (run.state !== 'running') return c.json(runView(run, temporalUi), 200);
      await workflows.cancel(id);
      return c.json(await readView(id), 202);
    });
}

/** What the workflow gets: the body without what only the API reads. */
const trainOptions = <B extends { kind: 'train' }>({ kind: _, ...options }: B): Omit<B, 'kind'> => options;
