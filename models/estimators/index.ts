import { RelevoError } from '../../contracts/errors.ts';
import type { Estimator, Params } from '../../contracts/estimator.ts';
import { knn } from './knn.ts';
import { linear } from './linear.ts';
import { mlp } from './mlp.ts';
import { naiveBayes } from './naive-bayes.ts';
import { randomForest } from './random-forest.ts';
import { ridge } from './ridge.ts';
import { xgboost } from './xgboost.ts';

/** Every kind of model, by name. A new one is one file and one line here; the contract suite finds it. */
export const estimators: Record<string, Estimator> = Object.fromEntries(
  [xgboost, randomForest, ridge, linear, knn, naiveBayes, mlp].map((entry) => [entry.name, entry]),
);

/** @throws RelevoError PIPELINE_INVALID with the names that exist. */
export function estimator(name: string): Estimator {
  if (Object.hasOwn(estimators, name)) return estimators[name];
  throw new RelevoError('PIPELINE_INVALID', `There is no estimator "${name}"`, {
    field: 'estimator',
    value: name,
    expected: `one of ${Object.keys(estimators).join(', ')}`,
  });
}

/**
 * An estimator's parameters, checked and with its defaults.
 * @throws RelevoError PIPELINE_INVALID naming each parameter at fault.
 */
export function parseParams({ name, params }: Estimator, given: Params): unknown {
  const parsed = params.safeParse(given);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap((issue) => {
    const fields = issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.join('.')];
    return fields.map((field) => ({
      field: `params.${field}`,
      value: given[field],
      expected: issue.message,
    }));
  });
  const faults = issues.map(({ field, expected }) => `${field}: ${expected}`).join('; ');
  throw new RelevoError('PIPELINE_INVALID', `Wrong parameters of ${name}: ${faults}`, {
    ...issues[0],
    issues: issues.slice(1),
  });
}
