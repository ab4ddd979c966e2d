import { createRoute, z } from '@hono/zod-openapi';
import { explanationSchema, rowsExplanationSchema } from '../../../contracts/explanation.ts';
import { explainMethodSchema } from '../../../contracts/runs.ts';
import { limits } from '../../limits.ts';
import { errors, json, pipelineParam } from '../../openapi.ts';

const rowSchema = z.record(z.string(), z.union([z.number(), z.string(), z.null()]));
const bodySchema = z
  .strictObject({
    rows: z.array(rowSchema).min(1).max(limits.explainedRows),
    method: explainMethodSchema.default('auto'),
  })
  .openapi('ExplainRequest', { description: 'Rows as for a prediction, and how to explain them' });

export const explain = createRoute({
  method: 'post',
  path: '/v1/pipelines/{pipeline}/explain',
  tags: ['explanations'],
  summary: "Why the champion answers some rows as it does: each feature's effect",
  request: { params: pipelineParam, body: { ...json(bodySchema, 'Rows'), required: true } },
  responses: {
    200: json(
      z.object({ modelVersion: z.string(), explanation: rowsExplanationSchema }),
      'Per row a base and the effects that add up to the answer',
    ),
    ...errors(
      'REQUEST_INVALID',
      'ROW_INVALID',
      'PIPELINE_NOT_FOUND',
      'CHAMPION_MISSING',
      'DATABASE_UNAVAILABLE',
      'TEMPORAL_UNAVAILABLE',
    ),
  },
});

export const explanation = createRoute({
  method: 'get',
  path: '/v1/pipelines/{pipeline}/explain',
  tags: ['explanations'],
  summary:
    'What the champion has learned: importance, interactions and dependence over a sample of test rows',
  request: { params: pipelineParam },
  responses: {
    200: json(
      z.object({ modelVersion: z.string(), explanation: explanationSchema }),
      'Made when the version was trained',
    ),
    ...errors('PIPELINE_NOT_FOUND', 'CHAMPION_MISSING', 'MODEL_NOT_FOUND', 'DATABASE_UNAVAILABLE'),
  },
});
