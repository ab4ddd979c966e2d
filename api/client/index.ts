import type { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Env, Schema, TypedResponse } from 'hono';
import { hc } from 'hono/client';
import type { ToSchema } from 'hono/types';
import type { ApiEnv } from '../openapi.ts';
import type { alertRoutes } from '../routes/alerts/handlers.ts';
import type { analyzeRoutes } from '../routes/analyze/handlers.ts';
import type { batchRoutes } from '../routes/batches/handlers.ts';
import type { breakerRoutes } from '../routes/breakers/handlers.ts';
import type { contestRoutes } from '../routes/contests/handlers.ts';
import type { datasetRoutes } from '../routes/datasets/handlers.ts';
import type { driftRoutes } from '../routes/drift/handlers.ts';
import type { healthRoutes } from '../routes/health/handlers.ts';
import type { modelRoutes } from '../routes/models/handlers.ts';
import type { pipelineRoutes } from '../routes/pipelines/handlers.ts';
import type { loggedRoutes } from '../routes/predictions/logged.ts';
import type { answersSchema, bodySchema } from '../routes/predictions/routes.ts';
import type { runRoutes } from '../routes/runs/handlers.ts';
import type { predictBatchRoutes } from '../routes/short/handlers.ts';

type SchemaOf<R> =
  R extends OpenAPIHono<infer _E extends Env, infer S extends Schema, infer _P extends string> ? S : never;
type Routes<F extends (...deps: never[]) => unknown> = SchemaOf<ReturnType<F>>;

type Rows = { json: z.input<typeof bodySchema> };
type Answers = TypedResponse<z.output<typeof answersSchema>, 200, 'json'>;
/** Answered from the socket, past the router: their types are said here. */
type Predict = ToSchema<'post', '/predict', { in: Rows; out: Rows }, Answers> &
  ToSchema<
    'post',
    '/v1/pipelines/:pipeline/predict',
    { in: Rows & { param: { pipeline: string } }; out: Rows & { param: { pipeline: string } } },
    Answers
  >;

type ApiSchema = Predict &
  Routes<typeof healthRoutes> &
  Routes<typeof pipelineRoutes> &
  Routes<typeof runRoutes> &
  Routes<typeof modelRoutes> &
  Routes<typeof datasetRoutes> &
  Routes<typeof breakerRoutes> &
  Routes<typeof contestRoutes> &
  Routes<typeof driftRoutes> &
  Routes<typeof alertRoutes> &
  Routes<typeof loggedRoutes> &
  Routes<typeof batchRoutes> &
  Routes<typeof predictBatchRoutes> &
  Routes<typeof analyzeRoutes>;

/**
 * A client of the API whose paths, requests and answers are typed by the routes themselves, for programs in
 * TypeScript: `(await client.predict.$post({ json: row })).json()`.
 * @param options.key an API key or a token; absent where authentication is off.
 */
export const createClient = (
  baseUrl: string,
  { key, fetch = globalThis.fetch }: { key?: string; fetch?: typeof globalThis.fetch } = {},
) =>
  hc<OpenAPIHono<ApiEnv, ApiSchema, '/'>>(baseUrl, {
    fetch,
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
  });
