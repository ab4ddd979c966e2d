import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type ErrorCode, errorCatalogue } from '../contracts/errors.ts';
import { fromZod } from './http/errors.ts';
import type { AuditNotes } from './security/audit/entry.ts';
import type { Principal } from './security/principal.ts';

/** What a request carries from the first middleware to the last. */
export interface ApiEnv {
  Variables: {
    requestId: string;
    principal: Principal;
    /** Of the socket, or whom a trusted proxy speaks for; absent where there is none. */
    remoteAddress: string | undefined;
    audit: AuditNotes;
  };
}
export type ApiContext = Context<ApiEnv>;

/** A router whose schemas answer bad input as the catalogue's REQUEST_INVALID. */
export const createRouter = (): OpenAPIHono<ApiEnv> =>
  new OpenAPIHono<ApiEnv>({
    defaultHook: async (result, c) => {
      if (result.success) return;
      const parts = {
        json: 'body',
        query: 'query',
        param: 'path',
        header: 'header',
        form: 'form',
        cookie: 'cookie',
      };
      const { target } = result;
      const given: unknown =
        target === 'json' ? await c.req.json() : target === 'query' ? c.req.query() : c.req.param();
      throw fromZod(result.error, parts[target], given);
    },
  });

export const faultSchema = z.object({
  field: z.string().optional(),
  value: z.unknown().optional(),
  expected: z.string().optional(),
  where: z.string().optional(),
});
const errorSchema = z
  .object({
    error: faultSchema.extend({
      code: z.string().openapi({ example: 'ROW_INVALID' }),
      message: z.string(),
      issues: z.array(faultSchema).optional(),
      remedy: z.string().optional(),
      docs: z.string().openapi({ description: 'Page about the code', example: 'docs/errors/ROW_INVALID.md' }),
      requestId: z.string(),
    }),
  })
  .openapi('Error');

/** One of the server-sent events of a stream. */
export const eventSchema = z
  .object({
    event: z.string().optional(),
    id: z.string().optional(),
    data: z.string().optional().openapi({ description: 'JSON' }),
  })
  .openapi('ServerSentEvent');

/** A successful answer in JSON. */
export const json = <S extends z.ZodType>(schema: S, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

/** The answers of a route that cannot be given, by status. */
export function errors(...codes: ErrorCode[]): Record<string, ReturnType<typeof json<typeof errorSchema>>> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = errorCatalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [status, json(errorSchema, list.join(', '))]),
  );
}

/** A version's name; the registry keeps each of its numbers in nine digits. */
export const versionSchema = z.string().regex(/^\d{1,9}\.\d{1,9}\.\d{1,9}$/, 'a version such as 1.2.0');
export const pipelineParam = z.object({
  pipeline: z
    .string()
    .min(1)
    .openapi({ param: { name: 'pipeline', in: 'path' }, example: 'steel-energy' }),
});
