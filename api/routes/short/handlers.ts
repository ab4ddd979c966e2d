import { createRouter } from '../../openapi.ts';
import { authorize } from '../../security/authorize.ts';
import type { PinnedModels } from '../../serving/champions/pinned.ts';
import type { Lineup } from '../../serving/routing/lineup.ts';
import { answerRows } from '../../serving/rows/answers.ts';
import { headerKey } from '../../serving/rows/request.ts';
import { type AnsweringDeps, predictDeps } from '../predictions/answer.ts';
import { answerEach } from './partial.ts';
import { predictBatch } from './routes.ts';
import { rowCheck } from './row-check.ts';

/** `POST /predict/batch`: many rows, each answered or refused by itself. */
export function predictBatchRoutes(deps: AnsweringDeps, pinned: PinnedModels) {
  const predicting = predictDeps(deps);
  return createRouter().openapi(predictBatch, async (c) => {
    const startedMs = performance.now();
    const { pipeline, version, rows, keys } = c.req.valid('json');
    const asker = {
      startedMs,
      requestId: c.get('requestId'),
      key: headerKey(c.req.header('x-relevo-key')),
      bodyBytes: (await c.req.arrayBuffer()).byteLength,
    };
    const current = deps.champions.lineup(pipeline);
    const name = current.champion.version.pipeline;
    authorize(c.get('principal'), 'predict', name);

    const answer = async (lineup: Lineup) => {
      const check = rowCheck(lineup.champion.version, deps.histories);
      // A version that was asked for by name is never replaced by another; any other may have moved meanwhile.
      const now = version === undefined ? () => deps.champions.lineup(name) : () => lineup;
      const asking = { ...predicting, lineup: now };
      return await answerEach({ rows, keys }, check, (some) => answerRows(now(), some, asker, asking));
    };
    const predictions =
      version === undefined ? await answer(current) : await pinned.use(name, version, answer);
    const refused = predictions.filter((entry) => 'error' in entry).length;
    const counts = { answered: predictions.length - refused, refused };
    return c.json({ pipeline: name, predictions, counts }, 200);
  });
}
