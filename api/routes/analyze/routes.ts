import { createRoute, z } from '@hono/zod-openapi';
import { aggregateSchema, groupingSchema, periodSchema } from '../../../contracts/analysis.ts';
import { errors, json } from '../../openapi.ts';

const bodySchema = z
  .strictObject({
    pipeline: z.string().optional().openapi({ description: 'The first with a champion where absent' }),
    ...periodSchema.shape,
    by: groupingSchema.default('none').openapi({
      description:
        "Hours, days and shifts are by the pipeline's time zone; a shift is 8 hours, one begins at 06:00, unless told",
    }),
  })
  .openapi('Analyze', {
    example: { from: '2026-11-01T00:00:00Z', to: '2026-11-08T00:00:00Z', by: 'day' },
  });

export const analyze = createRoute({
  method: 'post',
  path: '/analyze',
  tags: ['predictions'],
  summary: 'Aggregates of what was predicted and what turned out over a period',
  request: { body: { ...json(bodySchema, 'Which period, and how to group it'), required: true } },
  responses: {
    200: json(
      z.object({
        pipeline: z.string(),
        ...periodSchema.shape,
        unit: z.string().optional(),
        groups: z.array(aggregateSchema),
        truncated: z.boolean().openapi({ description: 'Whether there are more groups than these' }),
      }),
      'One entry per group, in order',
    ),
    ...errors(
      'REQUEST_INVALID',
      'REQUEST_TIMEOUT',
      'REQUEST_UNPROCESSABLE',
      'UNAUTHENTICATED',
      'FORBIDDEN',
      'PIPELINE_NOT_FOUND',
      'CHAMPION_MISSING',
      'BODY_TOO_LARGE',
      'MEDIA_TYPE_UNSUPPORTED',
      'DATABASE_UNAVAILABLE',
    ),
  },
});
