import { createRoute, z } from '@hono/zod-openapi';
import { breakerEventSchema, breakerSchema } from '../../../contracts/breaker.ts';
import { errors, json, pipelineParam } from '../../openapi.ts';

const answer = {
  200: json(
    z.object({ breaker: breakerSchema, history: z.array(breakerEventSchema) }),
    'Where it stands, what the last 24 hours have spent, and its audit, newest first',
  ),
  ...errors('REQUEST_INVALID', 'PIPELINE_NOT_FOUND', 'DATABASE_UNAVAILABLE'),
};

export const get = createRoute({
  method: 'get',
  path: '/v1/pipelines/{pipeline}/breaker',
  tags: ['retraining'],
  summary: 'The circuit breaker of retraining',
  request: {
    params: pipelineParam,
    query: z.strictObject({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
  },
  responses: answer,
});

export const force = createRoute({
  method: 'post',
  path: '/v1/pipelines/{pipeline}/breaker',
  tags: ['retraining'],
  summary: 'Stop retraining until somebody closes the breaker again, or let it go on',
  request: {
    params: pipelineParam,
    body: {
      ...json(
        z.strictObject({
          state: z.enum(['open', 'closed']),
          actor: z.string().min(1).max(100).default('api'),
          reason: z.string().min(1).max(500).default('asked for through the API'),
        }),
        'Which way, who and why',
      ),
      required: true,
    },
  },
  responses: answer,
});
