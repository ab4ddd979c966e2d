import { createRoute, z } from '@hono/zod-openapi';
import { errors, json } from '../../openapi.ts';
import { auditEventFields } from '../../security/audit/event-fields.ts';

const eventSchema = z.object({ id: z.string(), ...auditEventFields }).openapi('AuditEvent');

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
