import { createRoute, z } from '@hono/zod-openapi';
import { passwordLength } from '../../../registry/access/passwords.ts';
import { localPathPattern, longestLocalPath } from '../../http/local-path.ts';
import { errors, json } from '../../openapi.ts';

const sessionSchema = z
  .object({
    actor: z.string().openapi({ example: 'user:ana' }),
    kind: z.enum(['nobody', 'key', 'token', 'session', 'development']),
    grants: z.array(z.string()).openapi({ example: ['engineer:steel-energy'] }),
    csrfToken: z
      .string()
      .optional()
      .openapi({ description: 'What changes from a session carry in the header x-relevo-csrf' }),
    expiresAt: z.string().optional(),
    /** How people can log in here. */
    logins: z.array(z.enum(['password', 'oidc'])),
  })
  .openapi('Session');

export const login = createRoute({
  method: 'post',
  path: '/v1/session',
  tags: ['access'],
  summary: 'Log in with a password; the session is in a cookie',
  request: {
    body: {
      ...json(
        z.strictObject({
          name: z.string().min(1).max(100),
          password: z.string().min(1).max(passwordLength.max),
        }),
        'Who',
      ),
      required: true,
    },
  },
  responses: {
    200: json(sessionSchema, 'Logged in'),
    ...errors(
      'REQUEST_INVALID',
      'REQUEST_UNPROCESSABLE',
      'UNAUTHENTICATED',
      'RATE_LIMITED',
      'MEDIA_TYPE_UNSUPPORTED',
      'DATABASE_UNAVAILABLE',
    ),
  },
});

export const show = createRoute({
  method: 'get',
  path: '/v1/session',
  tags: ['access'],
  summary: 'Who asks, by key, token or session, and what they may do',
  responses: { 200: json(sessionSchema, 'Also where nobody is logged in') },
});

export const logout = createRoute({
  method: 'delete',
  path: '/v1/session',
  tags: ['access'],
  summary: 'Log out',
  responses: {
    204: { description: 'Logged out, or was so before' },
    ...errors('FORBIDDEN', 'DATABASE_UNAVAILABLE'),
  },
});

export const beginOidc = createRoute({
  method: 'get',
  path: '/v1/session/oidc',
  tags: ['access'],
  summary: 'Log in at the identity provider',
  request: {
    query: z.strictObject({
      returnTo: z
        .string()
        .max(longestLocalPath)
        .regex(localPathPattern, 'a path of this API')
        .default('/')
        .openapi({ description: 'Path to go to afterwards' }),
    }),
  },
  responses: {
    302: { description: 'To the identity provider' },
    ...errors('REQUEST_INVALID', 'ROUTE_NOT_FOUND', 'IDENTITY_UNAVAILABLE', 'DATABASE_UNAVAILABLE'),
  },
});

export const endOidc = createRoute({
  method: 'get',
  path: '/v1/session/oidc/callback',
  tags: ['access'],
  summary: 'Where the identity provider sends people back to',
  responses: {
    200: { description: 'Logged in; the page leads on', content: { 'text/html': { schema: z.string() } } },
    ...errors(
      'UNAUTHENTICATED',
      'FORBIDDEN',
      'ROUTE_NOT_FOUND',
      'IDENTITY_UNAVAILABLE',
      'DATABASE_UNAVAILABLE',
    ),
  },
});
