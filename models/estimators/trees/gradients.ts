import type { Task } from '../../../contracts/estimator.ts';
import type { Gradients } from '../../native/booster.ts';
import { sumsOf } from './form.ts';
import type { GrowTask, TreeGrowth } from './protocol.ts';

/** Gradients of Relevo's own for the next round, from the sums of the trees so far; libxgboost's objective where absent. */
export type GradientSource = ((sums: () => Float32Array) => Gradients) | undefined;

export function gradientsOf({ growth, train }: GrowTask): GradientSource {
  const { task, base } = growth;
  if (growth.kind === 'forest') {
    const gradients = forestGradients(task, base, train);
    return () => gradients;
  }
  if (task.kind !== 'quantile') return undefined;
  const { levels } = task;
  const gradients = empty(train.rows * levels.length);
  return (sumsSoFar) => {
    const sums = sumsSoFar();
    levels.forEach((_, k) => {
      quantileGradients(gradients, { levels, base, k }, train, sums);
    });
    return gradients;
  };
}

const empty = (size: number): Gradients => ({
  gradient: new Float32Array(size),
  hessian: new Float32Array(size),
});

/** Every tree of a forest starts from the base alone, and learns by squared error: the target, or whether it is the class. */
function forestGradients(
  task: Task,
  base: TreeGrowth['base'],
  { rows, target, weights }: GrowTask['train'],
): Gradients {
  const sums = sumsOf(task);
  const { gradient, hessian } = empty(rows * sums);
  for (let i = 0; i < rows; i++) {
    const weight = weights?.[i] ?? 1;
    for (let k = 0; k < sums; k++) {
      const wanted = sums === 1 ? target[i] : target[i] === k ? 1 : 0;
      gradient[i * sums + k] = (base[k] - wanted) * weight;
      hessian[i * sums + k] = weight;
    }
  }
  return { gradient, hessian };
}

/** Share of the mean distance within which a row counts as near. */
const nearShare = 0.2;

/**
 * The pinball loss has no curvature, so each row takes that of the parabola which touches the loss where the row
 * is and lies above it everywhere else, 1 / (2·distance): a Newton step then never overshoots, however far off a
 * leaf still is. Near the quantile the kink is rounded to a parabola (Huber's), without which few rows near it
 * would outweigh all others; what is near shrinks with the residuals. Gradients and curvatures are scaled such
 * that curvatures add up to the weights: penalties mean what they mean under squared error.
 * Reference: Hunter and Lange, Quantile Regression via an MM Algorithm, J. Comp. Graph. Stat. 9, 2000.
 */
function quantileGradients(
  { gradient, hessian }: Gradients,
  { levels, base, k }: { levels: number[]; base: number[]; k: number },
  { rows, target, weights }: GrowTask['train'],
  sums: Float32Array,
): void {
  const width = levels.length;
  let distance = 0;
  let total = 0;
  for (let i = 0; i < rows; i++) {
    const weight = weights?.[i] ?? 1;
    distance += weight * Math.abs(target[i] - base[k] - sums[i * width + k]);
    total += weight;
  }
  const near = (nearShare * distance) / total || 1;
  let curvature = 0;
  for (let i = 0; i < rows; i++) {
    const above = target[i] - base[k] - sums[i * width + k];
    const weight = weights?.[i] ?? 1;
    const h = weight / (2 * Math.max(near, Math.abs(above)));
    curvature += h;
    hessian[i * width + k] = h;
    gradient[i * width + k] = -weight * (levels[k] - 0.5) - above * h;
  }
  const scale = total / curvature;
  for (let at = k; at < gradient.length; at += width) {
    gradient[at] *= scale;
    hessian[at] *= scale;
  }
}
