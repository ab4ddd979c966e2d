import type { Hono } from 'hono';
import type { z } from 'zod';
import { RelevoError } from '../../../contracts/errors.ts';
import { fromZod } from '../../http/errors.ts';
import { demandShallow } from '../../http/json-depth.ts';
import { limitedBody } from '../../http/middleware.ts';
import { limits } from '../../limits.ts';
import type { ApiContext, ApiEnv } from '../../openapi.ts';

/** Where MLflow's clients look for its REST API, below the address that they are given. */
export const restBase = '/api/2.0/mlflow';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** An answer: what becomes JSON, or JSON already. */
type Answer = object | string;

/** Adds one call of MLflow's REST API to a router. */
export type AddEndpoint = <S extends z.ZodType>(
  method: Method,
  path: string,
  input: S,
  answer: (input: z.output<S>, c: ApiContext) => Promise<Answer>,
) => void;

/**
 * Adds calls whose input, as MLflow has it, is the query of a GET and the JSON body of anything else, with the
 * parameters of the path beside it. Fields that it does not know are let by: clients grow.
 */
export const endpointsOn =
  (router: Hono<ApiEnv>): AddEndpoint =>
  (method, path, schema, answer) => {
    router.on(method, `${restBase}${path}`, limitedBody(limits.mlflowBodyBytes), async (c) => {
      const given = { ...(method === 'GET' ? queryOf(c) : await bodyOf(c)), ...c.req.param() };
      const parsed = schema.safeParse(storable(given));
      if (!parsed.success) throw fromZod(parsed.error, method === 'GET' ? 'query' : 'body', given);
      const said = await answer(parsed.data, c);
      return typeof said === 'string'
        ? c.body(said, 200, { 'content-type': 'application/json' })
        : c.json(said, 200);
    });
  };

/** A field that is given more than once is a list. */
const queryOf = (c: ApiContext): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(c.req.queries()).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  );

/** An empty body is an empty message. */
async function bodyOf(c: ApiContext): Promise<Record<string, unknown>> {
  const text = await c.req.text();
  if (text.trim() === '') return {};
  demandShallow(text);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw new RelevoError('REQUEST_INVALID', 'The body is not JSON.', { field: 'body' }, { cause });
  }
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body };
  throw new RelevoError('REQUEST_INVALID', 'The body is no JSON object.', { field: 'body' });
}

/** PostgreSQL's texts and JSON hold neither NUL nor half a surrogate pair. @throws RelevoError REQUEST_INVALID */
function storable<T>(given: T): T {
  const text = JSON.stringify(given);
  const at = text.search(/\\u(?:0000|d[89a-f])/i);
  if (at < 0) return given;
  // A backslash before it makes it the text of an escape, which is an ordinary one.
  let before = 0;
  while (text[at - 1 - before] === '\\') before += 1;
  if (before % 2 === 1) return given;
  throw new RelevoError('REQUEST_INVALID', 'A text holds a NUL character or half a surrogate pair.', {
    field: 'body',
    value: text.slice(Math.max(0, at - 20), at + 20),
    expected: 'texts in Unicode without U+0000',
  });
}
