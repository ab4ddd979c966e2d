import { createRoute, z } from '@hono/zod-openapi';
import type { ErrorCode } from '../../../contracts/errors.ts';
import { errorCatalogue } from '../../../contracts/errors.ts';
import { json, versionSchema } from '../../openapi.ts';
import { inferSchema } from './request.ts';

const errorSchema = z
  .object({ error: z.string().openapi({ example: 'ROW_INVALID: rows[0]: "Lagging" is missing …' }) })
  .openapi('V2Error');
/** The answers that cannot be given, by status, as the protocol writes them. */
const errors = (...codes: ErrorCode[]) =>
  Object.fromEntries(codes.map((code) => [errorCatalogue[code].status, json(errorSchema, code)]));

const tensorSchema = z
  .object({
    name: z.string(),
    datatype: z.string(),
    shape: z.array(z.number().int()).openapi({ description: '-1 stands for rows' }),
    parameters: z.record(z.string(), z.unknown()).optional(),
  })
  .openapi('V2Tensor');
const modelSchema = z
  .object({
    name: z.string(),
    versions: z.array(z.string()),
    platform: z.string(),
    inputs: z.array(tensorSchema),
    outputs: z.array(tensorSchema),
  })
  .openapi('V2Model');
const readySchema = z.object({ name: z.string(), ready: z.literal(true) });
const answerSchema = z
  .object({
    model_name: z.string(),
    model_version: z.string().optional().openapi({ description: 'Where one version answered all rows' }),
    id: z.string(),
    outputs: z.array(
      tensorSchema.extend({
        data: z
          .array(z.union([z.number(), z.string(), z.null()]))
          .optional()
          .openapi({ description: 'Row-major; absent where `parameters.binary_data_size` bytes follow' }),
      }),
    ),
  })
  .openapi('V2InferResponse');

const model = z
  .string()
  .min(1)
  .max(100)
  .openapi({ param: { name: 'model', in: 'path' }, description: 'A pipeline', example: 'steel-energy' });
const version = versionSchema.openapi({ param: { name: 'version', in: 'path' }, example: '1.0.0' });
const params = z.object({ model });
const versionParams = z.object({ model, version });

const get = { method: 'get' as const, tags: ['open inference protocol'] };
const modelErrors = errors(
  'REQUEST_INVALID',
  'PIPELINE_NOT_FOUND',
  'CHAMPION_MISSING',
  'DATABASE_UNAVAILABLE',
);

export const server = createRoute({
  ...get,
  path: '/v2',
  summary: 'What serves, and its extensions of the protocol',
  responses: {
    200: json(z.object({ name: z.string(), version: z.string(), extensions: z.array(z.string()) }), 'Relevo'),
  },
});
export const live = createRoute({
  ...get,
  path: '/v2/health/live',
  summary: 'Whether the process lives',
  responses: { 200: json(z.object({ live: z.literal(true) }), 'It does') },
});
const serverReady = z.object({ ready: z.boolean() });
export const ready = createRoute({
  ...get,
  path: '/v2/health/ready',
  summary: 'Whether it can answer',
  responses: { 200: json(serverReady, 'It can'), 503: json(serverReady, 'Not yet') },
});

export const metadata = createRoute({
  ...get,
  path: '/v2/models/{model}',
  summary: "A pipeline's inputs and outputs as tensors",
  request: { params },
  responses: { 200: json(modelSchema, 'Of its champion'), ...modelErrors },
});
export const versionMetadata = createRoute({
  ...get,
  path: '/v2/models/{model}/versions/{version}',
  summary: "A version's inputs and outputs as tensors",
  request: { params: versionParams },
  responses: { 200: json(modelSchema, 'Of that version'), ...modelErrors },
});
export const modelReady = createRoute({
  ...get,
  path: '/v2/models/{model}/ready',
  summary: 'Whether a pipeline has a champion that answers',
  request: { params },
  responses: { 200: json(readySchema, 'It has'), ...modelErrors },
});
export const versionReady = createRoute({
  ...get,
  path: '/v2/models/{model}/versions/{version}/ready',
  summary: 'Whether a version can answer; it is opened for it',
  request: { params: versionParams },
  responses: { 200: json(readySchema, 'It can'), ...modelErrors },
});

const binary = {
  'application/octet-stream': {
    schema: z.string().openapi({ format: 'binary', description: 'JSON with binary tensors behind it' }),
  },
};
const infer = {
  method: 'post' as const,
  tags: ['open inference protocol'],
  responses: {
    200: {
      description: 'One row of each output per row of the inputs',
      content: { 'application/json': { schema: answerSchema }, ...binary },
    },
    ...errors(
      'REQUEST_INVALID',
      'PIPELINE_NOT_FOUND',
      'CHAMPION_MISSING',
      'BODY_TOO_LARGE',
      'MEDIA_TYPE_UNSUPPORTED',
      'ROW_INVALID',
      'REQUEST_UNPROCESSABLE',
      'DATABASE_UNAVAILABLE',
    ),
  },
};
const request = {
  headers: z.object({
    'inference-header-content-length': z.string().optional().openapi({
      description: 'Bytes of JSON where binary tensors follow',
      pattern: '^\\d{1,9}$',
    }),
  }),
  body: {
    description: 'Tensors, one per column of the pipeline',
    content: { 'application/json': { schema: inferSchema }, ...binary },
    required: true,
  },
};
export const inferModel = createRoute({
  ...infer,
  path: '/v2/models/{model}/infer',
  summary: 'Predict with whichever version routing allows',
  request: { params, ...request },
});
export const inferVersion = createRoute({
  ...infer,
  path: '/v2/models/{model}/versions/{version}/infer',
  summary: 'Predict with one version',
  request: { params: versionParams, ...request },
});
