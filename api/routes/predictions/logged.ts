import { createRoute, z } from '@hono/zod-openapi';
import { contestRouteStages } from '../../../contracts/contest.ts';
import type { ApiDeps } from '../../deps.ts';
import { createRouter, errors, json, pipelineParam } from '../../openapi.ts';

const uuid7 = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-7[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$/;
const answerSchema = z.object({
  values: z
    .array(z.number())
    .openapi({ description: 'The value, or a probability per class in their order' }),
  label: z.string().optional(),
  interval: z.tuple([z.number(), z.number()]).optional(),
});
const logged = createRoute({
  method: 'get',
  path: '/v1/pipelines/{pipeline}/predictions/{id}',
  tags: ['predictions'],
  summary: 'A prediction that was given: what was asked, who answered, and what turned out',
  request: {
    params: pipelineParam.extend({
      id: z
        .string()
        .regex(uuid7, 'the id of a prediction, a UUID of version 7')
        .openapi({ param: { name: 'id', in: 'path' } }),
    }),
  },
  responses: {
    200: json(
      z.object({
        id: z.string(),
        pipeline: z.string(),
        at: z.string(),
        version: z.string(),
        key: z.string().optional(),
        inputs: z.unknown().optional(),
        answer: answerSchema,
        latencyUs: z.number().int(),
        stage: z.enum(contestRouteStages).optional(),
        others: z.array(answerSchema.extend({ version: z.string() })).optional(),
        outcome: z
          .object({ actual: z.union([z.string(), z.number()]), at: z.string().optional() })
          .optional(),
      }),
      'As it is in the log, seconds after it was given',
    ),
    ...errors('REQUEST_INVALID', 'PREDICTION_NOT_FOUND', 'DATABASE_UNAVAILABLE'),
  },
});

/** The prediction log, prediction by prediction. */
export const loggedRoutes = ({ registry }: Pick<ApiDeps, 'registry'>) =>
  createRouter().openapi(logged, async (c) => {
    const { pipeline, id } = c.req.valid('param');
    return c.json(await registry.predictions.get(pipeline, id.toLowerCase()), 200);
  });
