import { createRoute, z } from '@hono/zod-openapi';
import { errors, json, pipelineParam } from '../../openapi.ts';

const datasetSchema = z
  .object({
    id: z.string().openapi({ example: 'steel-energy/dirty@3f9c01ab22de' }),
    source: z.string(),
    synthetic: z.boolean(),
    rows: z.number(),
    createdAt: z.string(),
    report: z.record(z.string(), z.unknown()).openapi({ description: 'What its ingest did' }),
    links: z.object({ report: z.string() }),
  })
  .openapi('Dataset');

const html = {
  description: 'A page that needs nothing else, in the language of Accept-Language (English or Spanish)',
  content: { 'text/html': { schema: z.string() } },
};
const version = z.string().min(1).max(200).openapi({ example: 'steel-energy/dirty@3f9c01ab22de' });

export const list = createRoute({
  method: 'get',
  path: '/v1/pipelines/{pipeline}/datasets',
  tags: ['datasets'],
  summary: "Versions of a pipeline's data",
  request: { params: pipelineParam },
  responses: {
    200: json(z.object({ datasets: z.array(datasetSchema) }), 'Newest first'),
    ...errors('PIPELINE_NOT_FOUND', 'DATABASE_UNAVAILABLE'),
  },
});
export const report = createRoute({
  method: 'get',
  path: '/v1/pipelines/{pipeline}/datasets/report',
  tags: ['datasets'],
  summary: 'What is to be seen in a version: distributions, correlation, outliers, time',
  request: {
    params: pipelineParam,
    query: z.strictObject({
      version: version.optional().openapi({ description: 'The newest where absent' }),
    }),
  },
  responses: {
    200: html,
    ...errors('REQUEST_INVALID', 'PIPELINE_NOT_FOUND', 'DATASET_NOT_FOUND', 'DATABASE_UNAVAILABLE'),
  },
});
export const comparison = createRoute({
  method: 'get',
  path: '/v1/pipelines/{pipeline}/datasets/comparison',
  tags: ['datasets'],
  summary: 'What differs between two versions',
  request: {
    params: pipelineParam,
    query: z.strictObject({
      from: version,
      to: version.optional().openapi({ description: 'The newest where absent' }),
    }),
  },
  responses: {
    200: html,
    ...errors(
      'REQUEST_INVALID',
      'PIPELINE_NOT_FOUND',
      'DATASET_NOT_FOUND',
      'DATABASE_UNAVAILABLE',
      'TEMPORAL_UNAVAILABLE',
    ),
  },
});
