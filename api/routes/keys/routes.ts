import { createRoute, z } from '@hono/zod-openapi';
import { formatGrant, parseGrant } from '../../../contracts/security.ts';
import { errors, json } from '../../openapi.ts';

const grant = z
  .string()
  .refine(
    (text) => parseGrant(text) !== undefined,
    'a role (viewer, client, engineer, admin) or ROLE:PIPELINE',
  )
  .openapi({
    example: 'client:steel-energy',
    pattern: '^(viewer|client|engineer|admin)(:[A-Za-z0-9*][A-Za-z0-9._-]{0,99})?$',
  });

const keySchema = z
  .object({
    id: z.string().openapi({ example: '3f9a0c27d1e45b68' }),
    name: z.string(),
    grants: z
      .array(z.string())
      .openapi({ example: [formatGrant({ role: 'client', pipeline: 'steel-energy' })] }),
    ratePerSecond: z.number().optional(),
    createdBy: z.string(),
    createdAt: z.string(),
    expiresAt: z.string().optional(),
    rotatedAt: z.string().optional(),
    previousUntil: z
      .string()
      .optional()
      .openapi({ description: 'Until when the secret before the rotation is good' }),
    revokedAt: z.string().optional(),
    lastUsedAt: z.string().optional().openapi({ description: 'To the minute' }),
  })
  .openapi('ApiKey');
const newKeySchema = keySchema
  .extend({ key: z.string().openapi({ description: 'The key with its secret, said this once' }) })
  .openapi('NewApiKey');

const keyId = z.string().regex(/^[0-9a-f]{16}$/, 'an id of 16 hexadecimal digits');
const params = z.object({
  id: keyId.openapi({ param: { name: 'id', in: 'path' }, example: '3f9a0c27d1e45b68' }),
});

const longestDays = 3650;
export const create = createRoute({
  method: 'post',
  path: '/v1/keys',
  tags: ['access'],
  summary: 'Make an API key',
  request: {
    body: {
      ...json(
        z.strictObject({
          name: z.string().min(1).max(100).openapi({ description: 'What it is for', example: 'dispatch' }),
          grants: z.array(grant).min(1).max(100),
          expiresInDays: z
            .number()
            .positive()
            .max(longestDays)
            .optional()
            .openapi({ description: 'Never where absent' }),
          ratePerSecond: z
            .number()
            .positive()
            .max(1e6)
            .optional()
            .openapi({ description: 'Requests a second; the setting RELEVO_RATE_PER_KEY where absent' }),
        }),
        'What it may do',
      ),
      required: true,
    },
  },
  responses: {
    201: json(newKeySchema, 'The key, with its secret'),
    ...errors('REQUEST_INVALID', 'MEDIA_TYPE_UNSUPPORTED', 'DATABASE_UNAVAILABLE'),
  },
});

export const list = createRoute({
  method: 'get',
  path: '/v1/keys',
  tags: ['access'],
  summary: 'API keys, newest first, those that are revoked or expired too',
  request: {
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      before: keyId.optional().openapi({ description: '`next` of the page before' }),
    }),
  },
  responses: {
    200: json(z.object({ keys: z.array(keySchema), next: z.string().optional() }), 'A page'),
    ...errors('REQUEST_INVALID', 'API_KEY_NOT_FOUND', 'DATABASE_UNAVAILABLE'),
  },
});

const longestOverlapSeconds = 30 * 24 * 60 * 60;
const usualOverlapSeconds = 24 * 60 * 60;
export const rotate = createRoute({
  method: 'post',
  path: '/v1/keys/{id}/rotate',
  tags: ['access'],
  summary: 'Give a key another secret; the one it had stays good for a while',
  request: {
    params,
    body: {
      ...json(
        z.strictObject({
          overlapSeconds: z
            .number()
            .int()
            .min(0)
            .max(longestOverlapSeconds)
            .default(usualOverlapSeconds)
            .openapi({ description: 'How long the secret that it had is good; 0 ends it now' }),
        }),
        '{} will do',
      ),
      required: true,
    },
  },
  responses: {
    200: json(newKeySchema, 'The key with its new secret'),
    ...errors('REQUEST_INVALID', 'API_KEY_NOT_FOUND', 'MEDIA_TYPE_UNSUPPORTED', 'DATABASE_UNAVAILABLE'),
  },
});

export const revoke = createRoute({
  method: 'post',
  path: '/v1/keys/{id}/revoke',
  tags: ['access'],
  summary: 'End a key, at once and for good',
  request: { params },
  responses: {
    200: json(keySchema, 'As it stands now'),
    ...errors('REQUEST_INVALID', 'API_KEY_NOT_FOUND', 'DATABASE_UNAVAILABLE'),
  },
});
