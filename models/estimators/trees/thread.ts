import { RelevoError } from '../../../contracts/errors.ts';
import { sentError } from '../../../threads/sent-error.ts';
import { readEnsemble } from './ensemble.ts';
import { predictionsOf } from './form.ts';
import { growTrees } from './grow.ts';
import { growLight } from './light/grow.ts';
import type { GrownLight, LightTask } from './light/protocol.ts';
import { sumLeaves } from './packed/sum.ts';
import type { Answer, GrownTrees, GrowTask, PredictTask } from './protocol.ts';

/** Entry of a thread that calls libxgboost or lib_lightgbm; see `../../native/xgboost.ts` for why it has one to itself. */

export const grow = (task: GrowTask): Answer<GrownTrees> => answer(() => growTrees(task));

export const growBoosters = (task: LightTask): Answer<GrownLight> => answer(() => growLight(task));

export const predict = (task: PredictTask): Answer<Float64Array> =>
  answer(() => ({ state: 'done', value: predictRows(task) }));

/** Of libxgboost's own file, without the library: its sums are single, in which late rounds get lost beside the base. */
function predictRows({ model, rows }: PredictTask): Float64Array {
  const { reading, base, trees } = readEnsemble(model);
  return predictionsOf({ form: reading.form, base }, sumLeaves(trees, base.length, rows));
}

function answer<T>(work: () => Answer<T>): Answer<T> {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RelevoError)) throw error;
    return { state: 'failed', error: sentError(error) };
  }
}
