import { createRoute, z } from '@hono/zod-openapi';
import { contestActions, contestResultSchema, contestViewSchema } from '../../../contracts/contest.ts';
import { runStates } from '../../../contracts/runs.ts';
import { errors, json, pipelineParam, versionSchema } from '../../openapi.ts';
import { startedSchema } from '../runs/routes.ts';

const params = pipelineParam.extend({
  version: versionSchema.openapi({ param: { name: 'version', in: 'path' } }),
});

const contestSchema = z
  .object({
    id: z.string().openapi({ example: 'contest/steel-energy/1.4.0' }),
    version: versionSchema,
    state: z.enum(runStates),
    startedAt: z.string(),
    finishedAt: z.string().optional(),
    view: contestViewSchema
      .optional()
      .meta({ description: 'Where it stands, while it runs and a worker answers' }),
    result: contestResultSchema.optional(),
    links: z.object({ self: z.string(), run: z.string() }),
  })
  .openapi('Contest');

export const list = createRoute({
  method: 'get',
  path: '/v1/pipelines/{pipeline}/contests',
  tags: ['contests'],
  summary: 'Contests between champion and challengers, newest first',
  request: {
    params: pipelineParam,
    query: z.strictObject({ limit: z.coerce.number().int().min(1).max(100).default(20) }),
  },
  responses: {
    200: json(z.object({ contests: z.array(contestSchema) }), 'Those that run say where they stand'),
    ...errors('REQUEST_INVALID', 'PIPELINE_NOT_FOUND', 'DATABASE_UNAVAILABLE'),
  },
});

export const get = createRoute({
  method: 'get',
  path: '/v1/pipelines/{pipeline}/contests/{version}',
  tags: ['contests'],
  summary: 'The newest contest of a version',
  request: { params },
  responses: {
    200: json(contestSchema, 'Stages with their evidence, and where it stands'),
    ...errors('REQUEST_INVALID', 'PIPELINE_NOT_FOUND', 'CONTEST_NOT_FOUND', 'DATABASE_UNAVAILABLE'),
  },
});

export const start = createRoute({
  method: 'post',
  path: '/v1/pipelines/{pipeline}/contests',
  tags: ['contests'],
  summary: 'Let a version contend for the place of the champion, by the stages of the pipeline',
  request: {
    params: pipelineParam,
    body: { ...json(z.strictObject({ version: versionSchema }), 'Which version'), required: true },
  },
  responses: {
    202: json(startedSchema, 'It runs'),
    ...errors(
      'REQUEST_INVALID',
      'PIPELINE_NOT_FOUND',
      'MODEL_NOT_FOUND',
      'RUN_ALREADY_ACTIVE',
      'TEMPORAL_UNAVAILABLE',
    ),
  },
});

export const steer = createRoute({
  method: 'post',
  path: '/v1/pipelines/{pipeline}/contests/{version}/{action}',
  tags: ['contests'],
  summary: 'Approve or reject a challenger, stop its contest, or send it to its next step',
  request: {
    params: params.extend({
      action: z.enum(contestActions).openapi({ param: { name: 'action', in: 'path' } }),
    }),
    body: {
      ...json(
        z.strictObject({
          actor: z.string().min(1).max(100).default('api'),
          reason: z.string().min(1).max(500),
        }),
        'Who and why',
      ),
      required: true,
    },
  },
  responses: {
    200: json(contestViewSchema, 'Taken; where it stood then'),
    ...errors(
      'REQUEST_INVALID',
      'PIPELINE_NOT_FOUND',
      'CONTEST_NOT_FOUND',
      'CONTEST_STAGE_WRONG',
      'TEMPORAL_UNAVAILABLE',
    ),
  },
});
