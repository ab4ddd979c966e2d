import type { PreparedRows } from './rows.ts';

/**
 * What a row of each class counts so that every class of these rows counts as much as any other, as scikit-learn's
 * `class_weight='balanced'`: rows / (classes · rows of the class). 0 for a class without rows.
 */
export function balancedClassWeights({ target, weights }: PreparedRows, classes: number): number[] {
  const sums = new Array<number>(classes).fill(0);
  target.forEach((index, row) => {
    sums[index] += weights?.[row] ?? 1;
  });
  const present = sums.filter((sum) => sum > 0).length;
  const total = sums.reduce((sum, value) => sum + value, 0);
  return sums.map((sum) => (sum > 0 ? total / (present * sum) : 0));
}

/** Each row's own weight times its class's. A class that the training rows lack counts 1. */
export const weightsByClass = ({ target, weights }: PreparedRows, classWeights: number[]): Float64Array =>
  target.map((index, row) => (weights?.[row] ?? 1) * (classWeights[index] > 0 ? classWeights[index] : 1));
