import { createRoute, z } from '@hono/zod-openapi';
import { errors, json, pipelineParam } from '../../openapi.ts';

const names = z.array(z.string().min(1).max(200)).min(1).max(2_000);

const adoptionSchema = z
  .strictObject({
    model: z.string().min(1).max(250).optional().meta({
      description: 'The registered model; one of the name of the pipeline where absent',
    }),
    version: z.coerce.number().int().min(1).max(2_000_000_000).optional(),
    alias: z
      .string()
      .regex(/^[\w-]{1,255}$/, 'an alias')
      .optional(),
    features: names.optional().meta({
      description:
        "The pipeline's columns in the order of a model whose input is one table; the signature says where absent",
    }),
    classes: names.optional().meta({
      description: 'The classes that the probabilities of the model stand for, where its file does not say',
    }),
  })
  .refine(({ version, alias }) => (version === undefined) !== (alias === undefined), {
    path: ['version'],
    message: 'either version or alias',
  })
  .meta({ oneOf: [{ required: ['version'] }, { required: ['alias'] }] });

export const adopt = createRoute({
  method: 'post',
  path: '/v1/pipelines/{pipeline}/models',
  tags: ['models'],
  summary:
    'Make an ONNX model that an MLflow client registered a version of the pipeline, and its challenger',
  request: { params: pipelineParam, body: { ...json(adoptionSchema, 'Which model'), required: true } },
  responses: {
    201: json(
      z
        .object({ pipeline: z.string(), version: z.string(), links: z.object({ self: z.string() }) })
        .openapi('Adopted'),
      'It answers the test rows as its own file does, and contends or is promoted as every other version',
    ),
    ...errors(
      'REQUEST_INVALID',
      'PIPELINE_NOT_FOUND',
      'MLFLOW_NOT_FOUND',
      'MLFLOW_MODEL_UNFIT',
      'DATASET_NOT_FOUND',
      'BODY_TOO_LARGE',
      'MEDIA_TYPE_UNSUPPORTED',
      'TEMPORAL_UNAVAILABLE',
      'DATABASE_UNAVAILABLE',
    ),
  },
});
