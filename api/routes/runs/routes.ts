import { createRoute, z } from '@hono/zod-openapi';
import { runKinds } from '../../../contracts/ids.ts';
import { monitorOptionsSchema } from '../../../contracts/monitor.ts';
import { retrainOptionsSchema } from '../../../contracts/retrain.ts';
import { runStates, trainOptionsSchema } from '../../../contracts/runs.ts';
import { errors, eventSchema, json, pipelineParam } from '../../openapi.ts';

export const linksSchema = z
  .object({
    self: z.string(),
    events: z.string(),
    cancel: z.string(),
    temporalUi: z.string().optional().openapi({ description: 'The run in the Temporal UI' }),
  })
  .openapi('RunLinks');

export const startedSchema = z
  .object({
    id: z.string().openapi({ example: 'train/steel-energy/2026-11-21' }),
    kind: z.enum(runKinds),
    pipeline: z.string(),
    workflowRunId: z.string(),
    links: linksSchema,
  })
  .openapi('StartedRun');

const progressSchema = z.object({
  phase: z.string(),
  fraction: z.number().openapi({ description: '0 to 1 over the whole run' }),
  steps: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['waiting', 'running', 'done', 'skipped', 'failed']),
      detail: z.string().optional(),
    }),
  ),
});
const activitySchema = z.object({
  run: z.string().openapi({ description: 'This run, or one below it that it waits for' }),
  activity: z.string(),
  attempt: z.number(),
  progress: z
    .object({ phase: z.string(), done: z.number(), total: z.number().optional() })
    .optional()
    .openapi({ description: 'What it last said of itself' }),
  lastFailure: z.string().optional(),
});
export const runSchema = startedSchema
  .extend({
    state: z.enum(runStates),
    startedAt: z.string(),
    finishedAt: z.string().optional(),
    input: z.unknown().optional(),
    progress: progressSchema.optional(),
    activities: z.array(activitySchema).optional().openapi({ description: 'What the run waits for' }),
    result: z.unknown().optional(),
    error: z
      .object({ code: z.string(), message: z.string(), docs: z.string(), details: z.unknown().optional() })
      .optional(),
    notice: z.string().optional().openapi({ description: 'Why this may not be the newest' }),
  })
  .openapi('Run');

const key = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/,
    'letters, digits and . _ : -, at most 100, beginning with a letter or digit',
  )
  .optional()
  .openapi({
    description: "The run's own part of its id; the moment where absent. The same key is the same run.",
  });
export const startBody = z
  .discriminatedUnion('kind', [
    trainOptionsSchema.extend({ kind: z.literal('train'), key }),
    retrainOptionsSchema.extend({ kind: z.literal('retrain'), key }),
    z.strictObject({ kind: z.literal('ingest'), key, source: z.string().optional() }),
    monitorOptionsSchema.extend({ kind: z.literal('monitor'), key }),
  ])
  .openapi('StartRun');

export const start = createRoute({
  method: 'post',
  path: '/v1/pipelines/{pipeline}/runs',
  tags: ['runs'],
  summary: 'Start an ingest, a training, a retrain or a drift check',
  request: { params: pipelineParam, body: { ...json(startBody, 'What to run'), required: true } },
  responses: {
    202: json(startedSchema, 'It runs'),
    ...errors(
      'REQUEST_INVALID',
      'PIPELINE_NOT_FOUND',
      'DATASET_NOT_FOUND',
      'DRIFT_CHECK_NOT_FOUND',
      'RUN_ALREADY_ACTIVE',
      'MEDIA_TYPE_UNSUPPORTED',
      'TEMPORAL_UNAVAILABLE',
      'DATABASE_UNAVAILABLE',
    ),
  },
});
export const list = createRoute({
  method: 'get',
  path: '/v1/runs',
  tags: ['runs'],
  summary: 'Runs, newest first',
  request: {
    query: z.strictObject({
      pipeline: z.string().optional(),
      kind: z.enum(runKinds).optional(),
      state: z.enum(runStates).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
      before: z.string().optional().openapi({ description: '`next` of the page before' }),
    }),
  },
  responses: {
    200: json(z.object({ runs: z.array(runSchema), next: z.string().optional() }), 'A page'),
    ...errors('REQUEST_INVALID', 'DATABASE_UNAVAILABLE'),
  },
});
const params = z.object({
  id: z.string().openapi({
    param: { name: 'id', in: 'path' },
    description: 'Slashes of the id plain or as %2F',
    example: 'train/steel-energy/2026-11-21',
  }),
});
export const get = createRoute({
  method: 'get',
  path: '/v1/runs/{id}',
  tags: ['runs'],
  summary: 'State, progress, result or typed error of a run',
  request: { params },
  responses: { 200: json(runSchema, 'The run'), ...errors('RUN_NOT_FOUND', 'DATABASE_UNAVAILABLE') },
});
export const events = createRoute({
  method: 'get',
  path: '/v1/runs/{id}/events',
  tags: ['runs'],
  summary: 'Follow a run: `progress` events as it changes, one `end` event with the run when it has ended',
  request: { params },
  responses: {
    200: { description: 'Server-sent events', content: { 'text/event-stream': { schema: eventSchema } } },
    ...errors('RUN_NOT_FOUND', 'DATABASE_UNAVAILABLE'),
  },
});
export const cancel = createRoute({
  method: 'post',
  path: '/v1/runs/{id}/cancel',
  tags: ['runs'],
  summary: 'Ask a run to stop; one that has ended stays as it is',
  request: { params },
  responses: {
    200: json(runSchema, 'It had ended already'),
    202: json(runSchema, 'It was asked'),
    ...errors('RUN_NOT_FOUND', 'TEMPORAL_UNAVAILABLE'),
  },
});
