import type { ApiDeps } from '../../deps.ts';
import { checkMediaType, parseJson } from '../../http/json-body.ts';
import { predict } from '../../serving/predict.ts';

type Deps = Pick<ApiDeps, 'champions' | 'metrics' | 'newId' | 'histories'>;

export interface PredictionRequest {
  /** The default pipeline where absent. */
  pipeline: string | undefined;
  contentType: string | undefined;
  contentEncoding: string | undefined;
  body: Buffer;
}

/** Answers a prediction request from its bytes with JSON: `done` hears either that or an error, once. */
export function answerPrediction(
  { champions, metrics, newId, histories }: Deps,
  { pipeline, contentType, contentEncoding, body }: PredictionRequest,
  done: (error: unknown, json: string) => void,
): void {
  try {
    checkMediaType(contentType, contentEncoding);
    const model = champions.serving(pipeline);
    const { version } = model;
    predict(model, parseJson(body), { newId, histories }, (error, json, rows) => {
      if (error === undefined) metrics.predictions(version.pipeline, version.version, rows);
      done(error, json);
    });
  } catch (error) {
    done(error, '');
  }
}
