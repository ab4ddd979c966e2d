import { createRoute, z } from '@hono/zod-openapi';
import { alertKinds, alertSchema, alertStates } from '../../../contracts/alerts.ts';
import { errors, eventSchema, json } from '../../openapi.ts';

export const list = createRoute({
  method: 'get',
  path: '/v1/alerts',
  tags: ['alerts'],
  summary: 'Alerts, newest first',
  request: {
    query: z.strictObject({
      pipeline: z.string().optional(),
      kind: z.enum(alertKinds).optional(),
      state: z.enum(alertStates).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
      before: z.string().optional().openapi({ description: '`next` of the page before' }),
    }),
  },
  responses: {
    200: json(z.object({ alerts: z.array(alertSchema), next: z.string().optional() }), 'A page'),
    ...errors('REQUEST_INVALID', 'ALERT_NOT_FOUND', 'DATABASE_UNAVAILABLE'),
  },
});

const params = z.object({
  id: z.string().openapi({ param: { name: 'id', in: 'path' }, example: '17' }),
});
const actor = z.string().min(1).max(200).default('api').openapi({ description: 'Who, for the record' });

export const acknowledge = createRoute({
  method: 'post',
  path: '/v1/alerts/{id}/acknowledge',
  tags: ['alerts'],
  summary: 'Say that somebody has seen it; it is told again only where it becomes worse',
  request: {
    params,
    body: {
      ...json(z.strictObject({ actor, note: z.string().max(2000).optional() }), 'Who, and what they say'),
      required: true,
    },
  },
  responses: {
    200: json(alertSchema, 'As it stands now'),
    ...errors('REQUEST_INVALID', 'ALERT_NOT_FOUND', 'MEDIA_TYPE_UNSUPPORTED', 'DATABASE_UNAVAILABLE'),
  },
});

/** A silence of a year is one that was forgotten. */
const longestSilenceMinutes = 366 * 24 * 60;
export const silence = createRoute({
  method: 'post',
  path: '/v1/alerts/{id}/silence',
  tags: ['alerts'],
  summary: 'Send nothing of it for a while; it is counted all the same',
  request: {
    params,
    body: {
      ...json(
        z.strictObject({
          minutes: z.number().min(0).max(longestSilenceMinutes).openapi({
            description: 'From now; 0 ends a silence',
          }),
        }),
        'For how long',
      ),
      required: true,
    },
  },
  responses: {
    200: json(alertSchema, 'As it stands now'),
    ...errors('REQUEST_INVALID', 'ALERT_NOT_FOUND', 'MEDIA_TYPE_UNSUPPORTED', 'DATABASE_UNAVAILABLE'),
  },
});

export const events = createRoute({
  method: 'get',
  path: '/v1/alerts/events',
  tags: ['alerts'],
  summary:
    'Follow alerts: an event for each that is raised, repeated, escalated, acknowledged, silenced, reopened or resolved',
  request: {
    query: z.strictObject({ pipeline: z.string().optional() }),
    headers: z.object({
      'last-event-id': z
        .string()
        .regex(/^\d{1,15}$/)
        .optional()
        .openapi({ description: 'Events after this one; those from now on where absent' }),
    }),
  },
  responses: {
    200: { description: 'Server-sent events', content: { 'text/event-stream': { schema: eventSchema } } },
    ...errors('REQUEST_INVALID', 'DATABASE_UNAVAILABLE'),
  },
});
