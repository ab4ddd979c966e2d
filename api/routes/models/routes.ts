import { createRoute, z } from '@hono/zod-openapi';
import { metricNameSchema, metricsSchema } from '../../../contracts/metrics.ts';
import { aliasActions } from '../../../registry/types.ts';
import { errors, json, pipelineParam, versionSchema } from '../../openapi.ts';
import { inputSchema } from '../pipelines/routes.ts';
import { startedSchema } from '../runs/routes.ts';

const aliasesSchema = z
  .object({
    champion: z.string().optional(),
    challenger: z.string().optional(),
    previous: z.string().optional(),
  })
  .openapi('Aliases');

const modelSchema = z
  .object({
    pipeline: z.string(),
    version: z.string(),
    createdAt: z.string(),
    runId: z.string(),
    datasetVersion: z.string(),
    source: z.string(),
    synthetic: z.boolean().openapi({ description: 'Whether it learned from generated data' }),
    estimator: z.string(),
    candidate: z.string(),
    seed: z.number(),
    metric: metricNameSchema,
    metrics: metricsSchema,
    parityMaxAbsolute: z.number(),
    codeRevision: z.string(),
    aliases: z.array(z.enum(['champion', 'challenger', 'previous'])).optional(),
    links: z.object({ self: z.string(), run: z.string() }),
  })
  .openapi('Model');
const modelDetailSchema = modelSchema
  .extend({
    record: z.record(z.string(), z.unknown()).openapi({ description: 'All that the registry holds of it' }),
  })
  .openapi('ModelDetail');

const infoSchema = modelSchema
  .extend({
    title: z.string(),
    about: z.string(),
    target: z.object({ name: z.string(), unit: z.string().optional() }),
    inputs: z.array(inputSchema),
    onnxSha256: z.string(),
    example: z.record(z.string(), z.union([z.number(), z.string()])),
  })
  .openapi('ModelInfo');

export const list = createRoute({
  method: 'get',
  path: '/v1/pipelines/{pipeline}/models',
  tags: ['models'],
  summary: 'Registered versions, newest first, with the aliases that point at them',
  request: {
    params: pipelineParam,
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      before: versionSchema.optional().openapi({ description: '`next` of the page before' }),
    }),
  },
  responses: {
    200: json(
      z.object({ models: z.array(modelSchema), aliases: aliasesSchema, next: z.string().optional() }),
      'A page',
    ),
    ...errors('REQUEST_INVALID', 'PIPELINE_NOT_FOUND', 'DATABASE_UNAVAILABLE'),
  },
});
export const get = createRoute({
  method: 'get',
  path: '/v1/pipelines/{pipeline}/models/{version}',
  tags: ['models'],
  summary: 'One version with its whole record',
  request: {
    params: pipelineParam.extend({
      version: versionSchema.openapi({ param: { name: 'version', in: 'path' } }),
    }),
  },
  responses: {
    200: json(modelDetailSchema, 'The version'),
    ...errors('REQUEST_INVALID', 'PIPELINE_NOT_FOUND', 'MODEL_NOT_FOUND', 'DATABASE_UNAVAILABLE'),
  },
});
export const aliases = createRoute({
  method: 'get',
  path: '/v1/pipelines/{pipeline}/aliases',
  tags: ['models'],
  summary: 'Where the aliases point, and every move with who, when and why',
  request: {
    params: pipelineParam,
    query: z.strictObject({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
  },
  responses: {
    200: json(
      z.object({
        aliases: aliasesSchema,
        history: z.array(
          z.object({
            action: z.enum(aliasActions),
            version: z.string(),
            after: aliasesSchema,
            actor: z.string(),
            reason: z.string(),
            evidence: z.unknown().optional(),
            at: z.string(),
          }),
        ),
      }),
      'Newest first',
    ),
    ...errors('REQUEST_INVALID', 'PIPELINE_NOT_FOUND', 'DATABASE_UNAVAILABLE'),
  },
});

const who = {
  actor: z.string().min(1).max(100).default('api'),
  reason: z.string().min(1).max(500).default('asked for through the API'),
};
const movedSchema = z
  .object({ pipeline: z.string(), champion: z.string(), previous: z.string().optional(), run: startedSchema })
  .openapi('AliasMove');
const moved = {
  200: json(movedSchema, 'Moved, and in service'),
  202: json(z.object({ run: startedSchema }), 'It runs still: follow the run'),
};

export const promote = createRoute({
  method: 'post',
  path: '/v1/pipelines/{pipeline}/promote',
  tags: ['models'],
  summary: 'Make a version champion',
  request: {
    params: pipelineParam,
    body: {
      ...json(z.strictObject({ version: versionSchema, ...who }), 'Which, who and why'),
      required: true,
    },
  },
  responses: {
    ...moved,
    ...errors(
      'REQUEST_INVALID',
      'PIPELINE_NOT_FOUND',
      'MODEL_NOT_FOUND',
      'RUN_ALREADY_ACTIVE',
      'TEMPORAL_UNAVAILABLE',
    ),
  },
});
export const rollback = createRoute({
  method: 'post',
  path: '/v1/pipelines/{pipeline}/rollback',
  tags: ['models'],
  summary: 'Return to the champion before',
  request: {
    params: pipelineParam,
    body: { ...json(z.strictObject(who), 'Who and why; {} will do'), required: true },
  },
  responses: {
    ...moved,
    ...errors('REQUEST_INVALID', 'PIPELINE_NOT_FOUND', 'ROLLBACK_IMPOSSIBLE', 'TEMPORAL_UNAVAILABLE'),
  },
});

const optionalPipeline = z.strictObject({
  pipeline: z.string().optional().openapi({ description: 'The first pipeline with a champion where absent' }),
});
export const info = createRoute({
  method: 'get',
  path: '/model/info',
  tags: ['models'],
  summary: 'The version that answers, what it takes and where it comes from',
  request: { query: optionalPipeline },
  responses: { 200: json(infoSchema, 'The champion'), ...errors('PIPELINE_NOT_FOUND', 'CHAMPION_MISSING') },
});
export const metrics = createRoute({
  method: 'get',
  path: '/model/metrics',
  tags: ['models'],
  summary: 'How well the version that answers did on the rows it had not seen',
  request: { query: optionalPipeline },
  responses: {
    200: json(
      z.object({
        pipeline: z.string(),
        version: z.string(),
        synthetic: z.boolean(),
        unit: z.string().optional(),
        metric: metricNameSchema,
        metrics: metricsSchema,
        split: z.record(z.string(), z.unknown()),
        seed: z.number(),
        candidates: z.array(z.record(z.string(), z.unknown())),
      }),
      'Estimates with 95 % bootstrap intervals, and the candidates it won against',
    ),
    ...errors('PIPELINE_NOT_FOUND', 'CHAMPION_MISSING'),
  },
});
