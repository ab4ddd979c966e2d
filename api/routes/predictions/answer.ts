import type { ApiDeps } from '../../deps.ts';
import { checkMediaType, parseJson } from '../../http/json-body.ts';
import { authorize } from '../../security/authorize.ts';
import type { Principal } from '../../security/principal.ts';
import { answerLargeBody } from '../../serving/batch/large-body.ts';
import { type PredictDeps, predict } from '../../serving/predict.ts';
import { headerKey } from '../../serving/rows/request.ts';

/** What answering needs of the API. */
export type AnsweringDeps = Pick<ApiDeps, 'champions' | 'metrics' | 'newId' | 'histories' | 'recording'>;

type Done = (error: unknown, json: string | Uint8Array) => void;

export interface PredictionRequest {
  /** The default pipeline where absent. */
  pipeline: string | undefined;
  contentType: string | undefined;
  contentEncoding: string | undefined;
  /** Who asks. */
  principal: Principal;
  /** The header `x-relevo-key`. */
  key: string | string[] | undefined;
  requestId: string;
  /** By `performance.now()`. */
  startedMs: number;
  body: Buffer;
}

/** What predicting needs, made of the API's parts: answers are counted and recorded. */
export function predictDeps({ champions, metrics, newId, histories, recording }: AnsweringDeps): PredictDeps {
  const { keyColumn, contenderFailed } = recording;
  return {
    ...{ newId, histories, keyColumn, contenderFailed },
    lineup: (pipeline) => champions.lineup(pipeline),
    answered(rows) {
      const { pipeline, version } = rows.model.version;
      metrics.predictions(pipeline, version, rows.ids.length);
      recording.answered(rows);
    },
  };
}

/** Answers prediction requests from their bytes with JSON, as text or in UTF-8: `done` hears either that or an error, once. */
export function createAnswering(parts: AnsweringDeps) {
  const deps = predictDeps(parts);
  return (request: PredictionRequest, done: Done): void => {
    const { pipeline, principal, contentType, contentEncoding, requestId, startedMs, body } = request;
    try {
      checkMediaType(contentType, contentEncoding);
      if (pipeline !== undefined) authorize(principal, 'predict', pipeline);
      const lineup = deps.lineup(pipeline);
      if (pipeline === undefined) authorize(principal, 'predict', lineup.champion.version.pipeline);
      const asker = { requestId, startedMs, key: headerKey(request.key), bodyBytes: body.length };
      const large = answerLargeBody(lineup, body, asker, parts);
      if (large === undefined) predict(lineup, parseJson(body), asker, deps, done);
      else
        large.then(
          (json) => done(undefined, json),
          (error: unknown) => done(error, ''),
        );
    } catch (error) {
      done(error, '');
    }
  };
}
