import type { Hono } from 'hono';
import { z } from 'zod';
import { checkMediaType, parseJson } from '../../http/json-body.ts';
import { limitedBody } from '../../http/middleware.ts';
import { limits } from '../../limits.ts';
import type { ApiEnv } from '../../openapi.ts';
import { authorize } from '../../security/authorize.ts';
import { predict } from '../../serving/predict.ts';
import { headerKey } from '../../serving/rows/request.ts';
import { type AnsweringDeps, predictDeps } from '../predictions/answer.ts';
import { scoringRows } from './scoring-rows.ts';

const answerSchema = z.object({
  predictions: z.array(z.object({ value: z.number().optional(), label: z.string().optional() })),
});

/**
 * MLflow's scoring server: `POST /invocations` with the default pipeline, or the one that `?pipeline=` names. The
 * same answers as `/predict` gives, routed and logged alike, as a plain list.
 */
export function addScoring(router: Hono<ApiEnv>, parts: AnsweringDeps): void {
  const deps = predictDeps(parts);
  router.get('/ping', (c) => c.text('\n', 200));
  router.post('/invocations', limitedBody(limits.predictBodyBytes), async (c) => {
    const startedMs = performance.now();
    checkMediaType(c.req.header('content-type'), c.req.header('content-encoding'));
    const lineup = deps.lineup(c.req.query('pipeline'));
    const { version } = lineup.champion;
    authorize(c.get('principal'), 'predict', version.pipeline);
    const body = Buffer.from(await c.req.arrayBuffer());
    const rows = scoringRows(parseJson(body), version.spec.inputs);
    const key = headerKey(c.req.header('x-relevo-key'));
    const asker = { requestId: c.get('requestId'), startedMs, key, bodyBytes: body.length };
    const json = await new Promise<string>((resolve, reject) => {
      predict(lineup, rows, asker, deps, (error, text) =>
        error === undefined ? resolve(text) : reject(error),
      );
    });
    const { predictions } = answerSchema.parse(JSON.parse(json));
    return c.json({ predictions: predictions.map(({ value, label }) => label ?? value) }, 200);
  });
}
