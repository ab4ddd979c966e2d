import type { FittedModel, LabelledRows, Task } from '../../contracts/estimator.ts';

/** Weighted root mean square error of predictions, in the target's unit; every weight counts 1 where there are none. */
export function weightedRmse(
  predicted: ArrayLike<number>,
  target: ArrayLike<number>,
  weights?: ArrayLike<number>,
): number {
  return Math.sqrt(weightedMeanOf(target.length, weights, (i) => (predicted[i] - target[i]) ** 2));
}

/**
 * Weighted mean negative log-likelihood in nats of the probabilities, row-major, of each row's class. A probability
 * counts as at least 2⁻⁵², like scikit-learn's `log_loss`, so that one certain error does not outweigh all else.
 */
function logLoss(
  probabilities: ArrayLike<number>,
  classes: number,
  target: ArrayLike<number>,
  weights?: ArrayLike<number>,
): number {
  return weightedMeanOf(
    target.length,
    weights,
    (i) => -Math.log(Math.min(Math.max(probabilities[i * classes + target[i]], Number.EPSILON), 1)),
  );
}

/**
 * Weighted mean over rows and levels of the pinball loss, in the target's unit.
 * Reference: Koenker and Bassett, Regression Quantiles, Econometrica 46, 1978.
 */
function pinballLoss(
  quantiles: ArrayLike<number>,
  levels: number[],
  target: ArrayLike<number>,
  weights?: ArrayLike<number>,
): number {
  return weightedMeanOf(target.length, weights, (i) => {
    let sum = 0;
    for (let k = 0; k < levels.length; k++) {
      const above = target[i] - quantiles[i * levels.length + k];
      sum += above >= 0 ? levels[k] * above : (levels[k] - 1) * above;
    }
    return sum / levels.length;
  });
}

function weightedMeanOf(
  rows: number,
  weights: ArrayLike<number> | undefined,
  lossOf: (row: number) => number,
): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < rows; i++) {
    const weight = weights?.[i] ?? 1;
    if (weight === 0) continue;
    sum += weight * lossOf(i);
    total += weight;
  }
  return sum / total;
}

/**
 * What a fit of this task makes small: root mean square error, mean pinball loss over the levels, or log-loss.
 * @param predicted `outputsOf(task)` numbers per row, row-major.
 */
export function taskLoss(
  task: Task,
  predicted: ArrayLike<number>,
  target: ArrayLike<number>,
  weights?: ArrayLike<number>,
): number {
  if (task.kind === 'quantile') return pinballLoss(predicted, task.levels, target, weights);
  if (task.kind === 'classification') return logLoss(predicted, task.classes, target, weights);
  return weightedRmse(predicted, target, weights);
}

/** The model with its loss on the validation rows, where there are any; see `FittedModel.validationScore`. */
export async function scored(
  model: FittedModel,
  task: Task,
  validation: LabelledRows | undefined,
): Promise<FittedModel> {
  if (validation === undefined) return model;
  const predicted = await model.predict(validation.features);
  return { ...model, validationScore: taskLoss(task, predicted, validation.target, validation.weights) };
}
