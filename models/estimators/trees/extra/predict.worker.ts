import { predictionsOf } from '../form.ts';
import type { ExtraPredictTask, ExtraTree } from './protocol.ts';

/** Predictions, row-major. */
export default function predict({ trees, reading, rows, width, features }: ExtraPredictTask): Float64Array {
  const sums = reading.base.length;
  const values = new Float64Array(rows * sums);
  for (const tree of trees)
    for (let row = 0; row < rows; row++) {
      const leaf = leafOf(tree, features, row * width);
      if (sums === 1) values[row] += tree.value[leaf];
      else for (let k = 0; k < sums; k++) values[row * sums + k] += tree.leaves[tree.right[leaf] * sums + k];
    }
  return predictionsOf(reading, values);
}

function leafOf(
  { left, right, feature, value, missingLeft }: ExtraTree,
  features: Float32Array,
  start: number,
): number {
  let node = 0;
  while (left[node] >= 0) {
    const x = features[start + feature[node]];
    const isLeft = x < value[node] || (missingLeft[node] === 1 && Number.isNaN(x));
    node = isLeft ? left[node] : right[node];
  }
  return node;
}
