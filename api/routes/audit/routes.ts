import { createRoute, z } from '@hono/zod-openapi';
import { auditOutcomes } from '../../../registry/access/types.ts';
import { errors, json } from '../../openapi.ts';

const eventSchema = z
  .object({
    id: z.string(),
    at: z.string(),
    actor: z.string().openapi({ example: 'key:3f9a0c27d1e45b68' }),
    action: z.string().openapi({ example: 'POST /v1/pipelines/:pipeline/promote' }),
    target: z.string(),
    pipeline: z.string().optional(),
    requestId: z.string().optional(),
    remoteAddress: z.string().optional(),
    outcome: z.enum(auditOutcomes),
    status: z.number().optional(),
    input: z.unknown().optional().openapi({ description: 'What was asked, without secrets' }),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
  })
  .openapi('AuditEvent');

export const list = createRoute({
  method: 'get',
  path: '/v1/audit',
  tags: ['access'],
  summary: 'Every change that somebody asked for, done or not, newest first',
  request: {
    query: z.strictObject({
      actor: z.string().max(200).optional(),
      pipeline: z.string().max(100).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
      before: z.string().optional().openapi({ description: '`next` of the page before' }),
    }),
  },
  responses: {
    200: json(z.object({ events: z.array(eventSchema), next: z.string().optional() }), 'A page'),
    ...errors('REQUEST_INVALID', 'DATABASE_UNAVAILABLE'),
  },
});
