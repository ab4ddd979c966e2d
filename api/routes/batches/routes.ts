import { createRoute, z } from '@hono/zod-openapi';
import { batchFormats, batchMediaTypes, batchResultSchema } from '../../../contracts/batch.ts';
import { runStates } from '../../../contracts/runs.ts';
import { errors, json, pipelineParam, versionSchema } from '../../openapi.ts';
import { linksSchema, startedSchema } from '../runs/routes.ts';

const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/, 'letters, digits and . _ : -, at most 100');
const file = { schema: z.string().min(1).openapi({ format: 'binary' }) };

export const startQuery = z.strictObject({
  id: id.optional().openapi({ description: 'Your own id of the batch: the same id is the same batch' }),
  version: versionSchema
    .optional()
    .openapi({ description: 'The champion of now where absent; it answers the whole batch' }),
  key: z.string().min(1).max(200).optional().openapi({
    description:
      "Column that names what each row is about; it comes back beside the answer. The pipeline's own where absent",
  }),
  results: z.enum(batchFormats).default('ndjson').openapi({ description: 'What the results are written as' }),
});
export const referenceSchema = z
  .strictObject({ datasetVersion: z.string().max(200) })
  .openapi('BatchReference', {
    description: 'Rows that are here already: a dataset version of the pipeline',
  });

const batchLinks = linksSchema.extend({ run: z.string(), results: z.string() });
export const startedBatchSchema = startedSchema
  .omit({ kind: true, links: true })
  .extend({ runId: z.string(), modelVersion: z.string(), links: batchLinks });

const startSpec = {
  method: 'post' as const,
  path: '/v1/pipelines/{pipeline}/batches' as const,
  tags: ['batches'],
  summary: 'Predict many rows in a run of their own, from a file of up to 1 GiB or a dataset version',
  description:
    'The body is the file itself: CSV with a header, NDJSON, or Parquet; columns that the model does not read are passed over. A row that is wrong gets a reason in the results instead of an answer. Answers are predictions like any other: where the pipeline logs them, each has an `id` that its outcome can be told by.',
  responses: {
    202: json(startedBatchSchema, 'It runs'),
    ...errors(
      'REQUEST_INVALID',
      'PIPELINE_NOT_FOUND',
      'CHAMPION_MISSING',
      'MODEL_NOT_FOUND',
      'DATASET_NOT_FOUND',
      'RUN_ALREADY_ACTIVE',
      'REQUEST_TIMEOUT',
      'BODY_TOO_LARGE',
      'MEDIA_TYPE_UNSUPPORTED',
      'REQUEST_UNPROCESSABLE',
      'DATABASE_UNAVAILABLE',
      'TEMPORAL_UNAVAILABLE',
    ),
  },
};
const startRequest = { params: pipelineParam, query: startQuery };
/** What is described; the body is a stream, which no validator may read before the handler does. */
export const startDescribed = createRoute({
  ...startSpec,
  request: {
    ...startRequest,
    body: {
      description: 'The rows',
      required: true,
      content: {
        'text/csv': file,
        'application/x-ndjson': file,
        'application/vnd.apache.parquet': file,
        'application/json': { schema: referenceSchema },
      },
    },
  },
});
export const start = createRoute({ ...startSpec, request: startRequest, hide: true });

const params = pipelineParam.extend({ id: id.openapi({ param: { name: 'id', in: 'path' } }) });
export const get = createRoute({
  method: 'get',
  path: '/v1/pipelines/{pipeline}/batches/{id}',
  tags: ['batches'],
  summary: 'How far a batch is, and what became of its rows',
  request: { params },
  responses: {
    200: json(
      z.object({
        id: z.string(),
        runId: z.string(),
        pipeline: z.string(),
        state: z.enum(runStates),
        startedAt: z.string(),
        finishedAt: z.string().optional(),
        progress: z.object({ phase: z.string(), fraction: z.number() }).optional(),
        result: batchResultSchema.omit({ files: true }).optional(),
        error: z.object({ code: z.string(), message: z.string(), details: z.unknown() }).optional(),
        links: batchLinks,
      }),
      'The batch',
    ),
    ...errors('REQUEST_INVALID', 'PIPELINE_NOT_FOUND', 'RUN_NOT_FOUND', 'DATABASE_UNAVAILABLE'),
  },
});

export const results = createRoute({
  method: 'get',
  path: '/v1/pipelines/{pipeline}/batches/{id}/results',
  tags: ['batches'],
  summary: 'What a batch was answered, row by row in the order of the rows',
  request: { params },
  responses: {
    200: {
      description: 'In the format that the batch was started with; a stream',
      content: Object.fromEntries(batchFormats.map((format) => [batchMediaTypes[format], file])),
    },
    ...errors(
      'REQUEST_INVALID',
      'PIPELINE_NOT_FOUND',
      'RUN_NOT_FOUND',
      'BATCH_NOT_DONE',
      'DATABASE_UNAVAILABLE',
    ),
  },
});
