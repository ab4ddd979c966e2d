import { createRoute, z } from '@hono/zod-openapi';
import { driftKinds, driftReportSchema, driftShapes, driftVerdicts } from '../../../contracts/drift.ts';
import { retrainModes } from '../../../contracts/retrain.ts';
import { errors, json, pipelineParam } from '../../openapi.ts';

const checkSchema = z
  .object({
    id: z.string().openapi({ example: 'scheduled-2026-11-21T18:00:00Z' }),
    pipeline: z.string(),
    createdAt: z.string(),
    verdict: z.enum(driftVerdicts),
    kind: z.enum(driftKinds).optional(),
    shape: z.enum(driftShapes).optional(),
    drifted: z.array(z.string()).openapi({ description: 'Columns that have drifted' }),
    rows: z.object({ reference: z.number(), current: z.number(), sampled: z.boolean() }),
    modelVersion: z.string(),
    datasetVersion: z.string(),
    advice: z.enum(['none', ...retrainModes]),
    links: z.object({ self: z.string(), run: z.string() }),
  })
  .openapi('DriftCheck');
const checkDetailSchema = checkSchema.extend({ report: driftReportSchema }).openapi('DriftCheckDetail');

export const list = createRoute({
  method: 'get',
  path: '/v1/pipelines/{pipeline}/drift',
  tags: ['drift'],
  summary: 'Drift checks, newest first',
  request: {
    params: pipelineParam,
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      before: z.string().optional().openapi({ description: '`next` of the page before' }),
    }),
  },
  responses: {
    200: json(z.object({ checks: z.array(checkSchema), next: z.string().optional() }), 'A page'),
    ...errors('REQUEST_INVALID', 'PIPELINE_NOT_FOUND', 'DATABASE_UNAVAILABLE'),
  },
});

export const get = createRoute({
  method: 'get',
  path: '/v1/pipelines/{pipeline}/drift/{id}',
  tags: ['drift'],
  summary: 'A drift check: every column with its test, effect and gates, streams, performance, advice',
  request: {
    params: pipelineParam.extend({
      id: z.string().openapi({
        param: { name: 'id', in: 'path' },
        description: "A check's id, or `latest`",
        example: 'latest',
      }),
    }),
  },
  responses: {
    200: json(checkDetailSchema, 'The check'),
    ...errors('PIPELINE_NOT_FOUND', 'DRIFT_CHECK_NOT_FOUND', 'DATABASE_UNAVAILABLE'),
  },
});
