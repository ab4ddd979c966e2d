import { createRoute, z } from '@hono/zod-openapi';
import { businessKeySchema } from '../../../contracts/predictions.ts';
import { limits } from '../../limits.ts';
import { errors, faultSchema, json, versionSchema } from '../../openapi.ts';
import { answerSchema } from '../predictions/routes.ts';

export const batchBodySchema = z
  .strictObject({
    pipeline: z.string().optional().openapi({ description: 'The first with a champion where absent' }),
    version: versionSchema
      .optional()
      .openapi({ description: 'This version alone; whichever routing allows where absent' }),
    rows: z.array(z.unknown()).min(1).max(limits.rows).openapi({ description: 'As for /predict' }),
    keys: z.array(businessKeySchema.nullable()).optional(),
  })
  .openapi('PredictBatch');

export const predictBatch = createRoute({
  method: 'post',
  path: '/predict/batch',
  tags: ['predictions'],
  summary: 'Predict many rows, each by itself: a bad row does not cost the others their answers',
  request: { body: { ...json(batchBodySchema, 'Rows'), required: true } },
  responses: {
    200: json(
      z.object({
        pipeline: z.string(),
        predictions: z.array(
          z.union([
            answerSchema.extend({ row: z.number().int() }),
            z.object({
              row: z.number().int(),
              error: faultSchema.extend({
                code: z.string(),
                message: z.string(),
                remedy: z.string().optional(),
              }),
            }),
          ]),
        ),
        counts: z.object({ answered: z.number().int(), refused: z.number().int() }),
      }),
      'One entry per row, in order: its prediction, or why there is none. The status is 200 also where rows were refused: see `counts`',
    ),
    ...errors(
      'REQUEST_INVALID',
      'UNAUTHENTICATED',
      'FORBIDDEN',
      'PIPELINE_NOT_FOUND',
      'CHAMPION_MISSING',
      'BODY_TOO_LARGE',
      'MEDIA_TYPE_UNSUPPORTED',
      'DATABASE_UNAVAILABLE',
    ),
  },
});
