import { createRoute, z } from '@hono/zod-openapi';
import { json } from '../../openapi.ts';
import { standings } from './pulse.ts';

const standing = z.enum(standings).openapi({
  description: '`slow`: it has not answered within a second; `away`: it refuses, or is silent for longer',
});
const readySchema = z
  .object({
    status: z.enum(['ready', 'degraded', 'starting', 'draining']),
    degraded: z.array(z.string()).openapi({ description: 'What does not work meanwhile, and why' }),
    checks: z.object({ database: standing, temporal: standing }),
    champions: z.array(z.object({ pipeline: z.string(), version: z.string() })),
  })
  .openapi('Readiness');

export const health = createRoute({
  method: 'get',
  path: '/health',
  tags: ['health'],
  summary: 'Whether the process lives',
  responses: {
    200: json(
      z.object({
        status: z.literal('ok'),
        uptimeSeconds: z.number(),
        authentication: z.enum(['required', 'off']).openapi({
          description: 'Off: whoever is on this machine may do everything',
        }),
      }),
      'It does',
    ),
  },
});
export const ready = createRoute({
  method: 'get',
  path: '/ready',
  tags: ['health'],
  summary: 'Whether it can predict: a champion is in memory, or the registry says that there is none yet',
  responses: { 200: json(readySchema, 'It can'), 503: json(readySchema, 'Not yet') },
});
export const metrics = createRoute({
  method: 'get',
  path: '/metrics',
  tags: ['health'],
  summary: 'Figures for Prometheus',
  responses: {
    200: { description: 'Text exposition format', content: { 'text/plain': { schema: z.string() } } },
  },
});
