import { predictionsOf } from '../form.ts';
import type { PackedPredictTask, PackedTree } from './tree.ts';

/** Predictions, row-major. */
export default function predict({ trees, reading, rows, width, features }: PackedPredictTask): Float64Array {
  const sums = reading.base.length;
  const values = new Float64Array(rows * sums);
  for (const tree of trees)
    for (let row = 0; row < rows; row++) {
      const leaf = leafOf(tree, features, row * width);
      const output = sums === 1 ? 0 : tree.output;
      if (output !== undefined) values[row * sums + output] += tree.value[leaf];
      else for (let k = 0; k < sums; k++) values[row * sums + k] += tree.leaves[tree.right[leaf] * sums + k];
    }
  return predictionsOf(reading, values);
}

function leafOf(
  { left, right, feature, value, missingLeft }: PackedTree,
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
