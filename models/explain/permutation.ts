import { setImmediate } from 'node:timers/promises';
import type { Matrix } from '../../contracts/frame.ts';
import { momentsOf } from '../moments.ts';
import { seededRandom } from '../random.ts';
import { columnAt, throwIfCancelled } from './matrix.ts';

export interface PermutationImportance {
  feature: string;
  /** Mean and (population) standard deviation of the loss's rise over the repeats. */
  mean: number;
  standardDeviation: number;
}

/**
 * How much the loss rises where one feature's values are dealt out to other rows (Breiman 2001; scikit-learn's
 * `permutation_importance` with its score turned around). In the order of the features.
 * @param loss of the model's predictions for the rows it is given, which are `rows` but for one feature.
 * @throws RelevoError CANCELLED when `signal` fires.
 */
export async function permutationImportance(
  loss: (rows: Matrix) => Promise<number>,
  rows: Matrix,
  options: { repeats?: number; seed: number; signal?: AbortSignal },
): Promise<PermutationImportance[]> {
  const { repeats = 5, seed, signal } = options;
  const width = rows.names.length;
  const before = await loss(rows);
  const importances: PermutationImportance[] = [];
  for (const [feature, name] of rows.names.entries()) {
    const rises: number[] = [];
    const values = columnAt(rows, feature);
    for (let repeat = 0; repeat < repeats; repeat++) {
      throwIfCancelled(signal);
      seededRandom(seed, 'permutation', name, repeat).shuffle(values);
      const data = rows.data.slice();
      for (let row = 0; row < rows.rows; row++) data[row * width + feature] = values[row];
      rises.push((await loss({ ...rows, data })) - before);
      await setImmediate();
    }
    const { mean, squares } = momentsOf(rises);
    importances.push({ feature: name, mean, standardDeviation: Math.sqrt(squares / rises.length) });
  }
  return importances;
}
