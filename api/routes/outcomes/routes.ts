import { createRoute, z } from '@hono/zod-openapi';
import { outcomeSchema, outcomeStatuses } from '../../../contracts/predictions.ts';
import { limits } from '../../limits.ts';
import { errors, json, pipelineParam } from '../../openapi.ts';

const list = z.array(outcomeSchema).min(1).max(limits.outcomes);

/** What is described; outcomes are checked against the pipeline's target, not against these schemas. */
export const outcomes = createRoute({
  method: 'post',
  path: '/v1/pipelines/{pipeline}/outcomes',
  tags: ['predictions'],
  summary: 'Tell what turned out, by prediction id or business key, in any order and as often as you like',
  request: {
    params: pipelineParam,
    body: { ...json(z.union([list, z.strictObject({ outcomes: list })]), 'Outcomes'), required: true },
  },
  responses: {
    200: json(
      z
        .object({
          outcomes: z.array(z.object({ status: z.enum(outcomeStatuses) })),
          counts: z.partialRecord(z.enum(outcomeStatuses), z.number().int()),
        })
        .openapi('Outcomes', {
          description:
            'In order: joined to a prediction in the log; waiting for one that is not there yet; repeated; corrected; outdated by a newer one; unknown, since no such prediction can come any more',
        }),
      'What became of each',
    ),
    ...errors(
      'REQUEST_INVALID',
      'ROW_INVALID',
      'PIPELINE_NOT_FOUND',
      'BODY_TOO_LARGE',
      'MEDIA_TYPE_UNSUPPORTED',
      'DATABASE_UNAVAILABLE',
    ),
  },
});
