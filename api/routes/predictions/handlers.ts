import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiContext, ApiEnv } from '../../openapi.ts';
import { type AnsweringDeps, createAnswering } from './answer.ts';
import { predict, predictFor } from './routes.ts';

/**
 * The prediction routes for whoever calls the app by `fetch`. The server takes the same requests straight from
 * the socket (`http/predict-listener.ts`) and answers them by the same function.
 */
export function addPredictions(app: OpenAPIHono<ApiEnv>, deps: AnsweringDeps): void {
  const answerPrediction = createAnswering(deps);
  const answer = async (c: ApiContext, pipeline: string | undefined): Promise<Response> => {
    const startedMs = performance.now();
    const body = Buffer.from(await c.req.arrayBuffer());
    const json = await new Promise<string | Uint8Array>((resolve, reject) => {
      const request = {
        pipeline,
        body,
        startedMs,
        requestId: c.get('requestId'),
        principal: c.get('principal'),
        key: c.req.header('x-relevo-key'),
        contentType: c.req.header('content-type'),
        contentEncoding: c.req.header('content-encoding'),
      };
      answerPrediction(request, (error, text) => (error === undefined ? resolve(text) : reject(error)));
    });
    return c.body(typeof json === 'string' ? json : new Uint8Array(json), 200, {
      'content-type': 'application/json',
    });
  };
  for (const route of [predict, predictFor]) app.openAPIRegistry.registerPath(route);
  app.post(predict.path, (c) => answer(c, undefined));
  app.post('/v1/pipelines/:pipeline/predict', (c) => answer(c, c.req.param('pipeline')));
}
