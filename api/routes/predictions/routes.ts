import { createRoute, z } from '@hono/zod-openapi';
import { businessKeySchema } from '../../../contracts/predictions.ts';
import { limits } from '../../limits.ts';
import { errors, json, pipelineParam } from '../../openapi.ts';

const rowSchema = z
  .record(z.string(), z.union([z.number(), z.string(), z.null()]))
  .openapi('Row', { description: 'One key per input column; an optional one may be missing or null' });
const rowsSchema = z.array(rowSchema).min(1).max(limits.rows);
const keysSchema = z
  .array(businessKeySchema.nullable())
  .optional()
  .openapi({ description: 'What each row is about, in your own words: its outcome may be told by it' });
/** Sticks a client to one model during a contest; of a lone row it is the business key too. */
const headers = z.object({
  'x-relevo-key': businessKeySchema.optional().openapi({
    description: 'What the request is about: during a contest the same key is answered by the same model',
  }),
});
export const bodySchema = z
  .union([rowSchema, rowsSchema, z.strictObject({ rows: rowsSchema, keys: keysSchema })])
  .openapi('PredictionRequest', { description: 'A row, a list of rows, or {"rows": […], "keys": […]}' });
export const answerSchema = z
  .object({
    id: z.string().openapi({ description: 'UUID, version 7' }),
    value: z.number().optional().openapi({ description: 'Of a regression, in the unit of the target' }),
    interval: z.object({ low: z.number(), high: z.number(), level: z.number() }).optional().openapi({
      description: 'Where the pipeline states intervals: the target lies within at this rate',
    }),
    label: z.string().optional().openapi({ description: 'Of a classification: the class decided on' }),
    probabilities: z.record(z.string(), z.number()).optional().openapi({
      description: 'Of a classification: by class, adding up to 1',
    }),
    forecast: z.object({ at: z.string(), from: z.string(), intervalsAhead: z.number() }).optional().openapi({
      description: "Of a forecast, in the plant's clock: when it is about, and its last reading",
    }),
    flags: z
      .object({ missing: z.array(z.string()).optional(), unseen: z.array(z.string()).optional() })
      .optional()
      .openapi({ description: 'Columns that the model took for missing, where the pipeline flags it' }),
    modelVersion: z.string(),
    synthetic: z.literal(true).optional().openapi({
      description: 'Present where the model learned from generated data',
    }),
  })
  .openapi('Prediction');
export const answersSchema = z.object({ predictions: z.array(answerSchema) }).openapi('Predictions');

const common = {
  method: 'post' as const,
  tags: ['predictions'],
  responses: {
    200: json(answersSchema, 'One prediction per row, in order'),
    ...errors(
      'REQUEST_INVALID',
      'ROW_INVALID',
      'PIPELINE_NOT_FOUND',
      'CHAMPION_MISSING',
      'BODY_TOO_LARGE',
      'MEDIA_TYPE_UNSUPPORTED',
      'DATABASE_UNAVAILABLE',
    ),
  },
};
const body = { ...json(bodySchema, 'Rows'), required: true };

/** What is described; rows are checked against the model's own columns, not against these schemas. */
export const predict = createRoute({
  ...common,
  path: '/predict',
  summary: 'Predict with the default pipeline: the first that has a champion',
  request: { headers, body },
});
export const predictFor = createRoute({
  ...common,
  path: '/v1/pipelines/{pipeline}/predict',
  summary: "Predict with a pipeline's champion",
  request: { params: pipelineParam, headers, body },
});
