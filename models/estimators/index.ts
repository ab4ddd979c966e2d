import { RelevoError } from '../../contracts/errors.ts';
import type { Estimator } from '../../contracts/estimator.ts';
import { elasticNet } from './elastic-net.ts';
import { extraTrees } from './extra-trees.ts';
import { knn } from './knn.ts';
import { lasso } from './lasso.ts';
import { lightgbm } from './lightgbm.ts';
import { linear } from './linear.ts';
import { logistic } from './logistic.ts';
import { mlp } from './mlp.ts';
import { naiveBayes } from './naive-bayes.ts';
import { ordinal } from './ordinal.ts';
import type { EstimatorByName } from './params.ts';
import { randomForest } from './random-forest.ts';
import { ridge } from './ridge.ts';
import { stackingOf } from './stacking.ts';
import { votingOf } from './voting.ts';
import { xgboost } from './xgboost.ts';

export { parseParams } from './params.ts';

const listed = (entries: Estimator[]): Record<string, Estimator> =>
  Object.fromEntries(entries.map((entry) => [entry.name, entry]));

const among =
  (known: Record<string, Estimator>): EstimatorByName =>
  (name) => {
    if (Object.hasOwn(known, name)) return known[name];
    throw new RelevoError('PIPELINE_INVALID', `There is no estimator "${name}"`, {
      field: 'estimator',
      value: name,
      expected: `one of ${Object.keys(known).join(', ')}`,
    });
  };

/** What an ensemble may be made of. A new one is one file and one line here; the contract suite finds it. */
const single = listed([
  xgboost,
  lightgbm,
  randomForest,
  extraTrees,
  linear,
  ridge,
  lasso,
  elasticNet,
  logistic,
  ordinal,
  knn,
  naiveBayes,
  mlp,
]);

/** Every kind of model, by name. */
export const estimators: Record<string, Estimator> = {
  ...single,
  ...listed([votingOf(among(single)), stackingOf(among(single), (name) => estimator(name))]),
};

/** @throws RelevoError PIPELINE_INVALID with the names that exist. */
export const estimator: EstimatorByName = among(estimators);
