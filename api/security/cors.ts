import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { ApiEnv } from '../openapi.ts';
import { csrfHeader } from './sessions/cookie.ts';

const maxAgeSeconds = 600;

/** Lets pages of the named origins call the API, with their sessions; pages of others hear nothing of its answers. */
export const corsFor = (origins: readonly string[]): MiddlewareHandler<ApiEnv> =>
  cors({
    origin: origins.map((origin) => new URL(origin).origin),
    credentials: true,
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ['authorization', 'x-api-key', 'content-type', 'x-request-id', 'x-relevo-key', csrfHeader],
    exposeHeaders: [
      'x-request-id',
      'retry-after',
      'ratelimit-limit',
      'ratelimit-remaining',
      'ratelimit-reset',
      'www-authenticate',
    ],
    maxAge: maxAgeSeconds,
  });
