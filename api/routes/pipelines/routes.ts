import { createRoute, z } from '@hono/zod-openapi';
import { errors, json, pipelineParam } from '../../openapi.ts';

export const inputSchema = z
  .object({
    name: z.string(),
    kind: z.enum(['number', 'category', 'timestamp']),
    about: z.string().optional(),
    unit: z.string().optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    values: z.array(z.string()).optional(),
    optional: z.boolean(),
  })
  .openapi('Input');

export const pipelineSchema = z
  .object({
    name: z.string(),
    title: z.string(),
    about: z.string(),
    target: z.object({ name: z.string(), unit: z.string().optional() }),
    champion: z.string().optional().openapi({ description: 'Version that answers' }),
    isDefault: z.boolean().openapi({
      description:
        'Whether /predict and /model/* mean it: the first pipeline, in this order, with a champion',
    }),
    links: z.object({ self: z.string(), predict: z.string(), models: z.string(), runs: z.string() }),
  })
  .openapi('Pipeline');

const detailSchema = pipelineSchema
  .extend({
    inputs: z.array(inputSchema),
    forecast: z
      .object({ time: z.string(), everySeconds: z.number(), furthestIntervals: z.number() })
      .optional()
      .openapi({
        description: 'Where the pipeline makes forecasts: the column that says when, and how far ahead',
      }),
    spec: z
      .record(z.string(), z.unknown())
      .openapi({ description: 'The whole specification, as runs get it' }),
  })
  .openapi('PipelineDetail');

export const list = createRoute({
  method: 'get',
  path: '/v1/pipelines',
  tags: ['pipelines'],
  summary: 'The pipelines of this installation',
  responses: {
    200: json(z.object({ pipelines: z.array(pipelineSchema) }), 'In the order in which they are the default'),
  },
});
export const get = createRoute({
  method: 'get',
  path: '/v1/pipelines/{pipeline}',
  tags: ['pipelines'],
  summary: 'One pipeline with its inputs and its specification',
  request: { params: pipelineParam },
  responses: { 200: json(detailSchema, 'The pipeline'), ...errors('PIPELINE_NOT_FOUND') },
});
