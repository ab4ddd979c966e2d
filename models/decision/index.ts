import type { OnnxGraph, TensorName } from '../../contracts/onnx.ts';
import { runInPool } from '../pool.ts';
import type { TuneTask } from './tune.worker.ts';

/**
 * The class of the largest probability × weight per row; of equal ones, the first.
 * @param probabilities row-major, `classes` per row.
 * @param weights one per class; 1 each where absent.
 */
export function decide(probabilities: Float64Array, classes: number, weights?: number[]): Int32Array {
  const answered = new Int32Array(probabilities.length / classes);
  for (let row = 0; row < answered.length; row++) {
    let best = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) {
      const probability = probabilities[row * classes + k];
      const value = weights === undefined ? probability : probability * weights[k];
      if (value > best) {
        best = value;
        answered[row] = k;
      }
    }
  }
  return answered;
}

/**
 * Weights for `decide` under which the rows cost least: one threshold per class, tuned to a cost matrix. Starts from
 * equal weights and from what a missed row of each class costs, and moves one weight at a time to its best place on
 * a logarithmic grid of 0.5 % steps until no move saves anything. Runs on another thread.
 * @param costs by actual and answered class, at least 0.
 * @param actual class indices.
 * @returns one positive weight per class, the largest 1.
 * @throws RelevoError CANCELLED when `signal` fires.
 */
export const tuneDecision = (
  costs: number[][],
  probabilities: Float64Array,
  classes: number,
  actual: Float64Array,
  signal?: AbortSignal,
): Promise<number[]> =>
  runInPool<TuneTask, number[]>(
    new URL('./tune.worker.ts', import.meta.url),
    { costs, probabilities, classes, actual },
    signal,
  );

/** Adds `decide`: the index of the answered class (int64, `[N]`), of equal ones the first. */
export function addDecisionToGraph(
  graph: OnnxGraph,
  probabilities: TensorName,
  weights?: number[],
): TensorName {
  const weighted =
    weights === undefined
      ? probabilities
      : graph.node('Mul', [probabilities, graph.constant('double', weights, [1, weights.length])])[0];
  return graph.node('ArgMax', [weighted], { axis: { int: 1 }, keepdims: { int: 0 } })[0];
}
