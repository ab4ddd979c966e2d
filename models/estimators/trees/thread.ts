import { RelevoError } from '../../../contracts/errors.ts';
import { Booster, NativeMatrix } from '../../native/booster.ts';
import { xgboost } from '../../native/xgboost.ts';
import { predictionsOf } from './form.ts';
import { growTrees } from './grow.ts';
import { growLight } from './light/grow.ts';
import type { GrownLight, LightTask } from './light/protocol.ts';
import type { Answer, GrownTrees, GrowTask, PredictTask } from './protocol.ts';

/** Entry of a thread that calls libxgboost or lib_lightgbm; see `../../native/xgboost.ts` for why it has one to itself. */

export const grow = (task: GrowTask): Answer<GrownTrees> => answer(() => growTrees(task));

export const growBoosters = (task: LightTask): Answer<GrownLight> => answer(() => growLight(task));

export const predict = (task: PredictTask): Answer<Float64Array> =>
  answer(() => ({ state: 'done', value: predictRows(task) }));

function predictRows({ library, threads, model, reading, rows }: PredictTask): Float64Array {
  const api = xgboost(library);
  const matrix = new NativeMatrix(api, rows, threads);
  try {
    const booster = Booster.load(api, model.slice(), { nthread: threads });
    try {
      return predictionsOf(reading, booster.predict(matrix));
    } finally {
      booster.dispose();
    }
  } finally {
    matrix.dispose();
  }
}

function answer<T>(work: () => Answer<T>): Answer<T> {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RelevoError)) throw error;
    return { state: 'failed', code: error.code, message: error.message, details: error.details };
  }
}
