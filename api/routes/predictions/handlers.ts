import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDeps } from '../../deps.ts';
import type { ApiContext, ApiEnv } from '../../openapi.ts';
import { answerPrediction } from './answer.ts';
import { predict, predictFor } from './routes.ts';

type Deps = Pick<ApiDeps, 'champions' | 'metrics' | 'newId' | 'histories'>;

/**
 * The prediction routes for whoever calls the app by `fetch`. The server takes the same requests straight from
 * the socket (`http/predict-listener.ts`) and answers them by the same function.
 */
export function addPredictions(app: OpenAPIHono<ApiEnv>, deps: Deps): void {
  const answer = async (c: ApiContext, pipeline: string | undefined): Promise<Response> => {
    const body = Buffer.from(await c.req.arrayBuffer());
    const json = await new Promise<string>((resolve, reject) => {
      const request = {
        pipeline,
        body,
        contentType: c.req.header('content-type'),
        contentEncoding: c.req.header('content-encoding'),
      };
      answerPrediction(deps, request, (error, text) => (error === undefined ? resolve(text) : reject(error)));
    });
    return c.body(json, 200, { 'content-type': 'application/json' });
  };
  for (const route of [predict, predictFor]) app.openAPIRegistry.registerPath(route);
  app.post(predict.path, (c) => answer(c, undefined));
  app.post('/v1/pipelines/:pipeline/predict', (c) => answer(c, c.req.param('pipeline')));
}
