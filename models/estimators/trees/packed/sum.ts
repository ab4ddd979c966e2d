import type { NativeRows } from '../../../native/booster.ts';
import type { PackedTree } from './tree.ts';

/** What of a tree decides its leaves. */
export type Summand = Omit<PackedTree, 'cover'>;
type Rows = Pick<NativeRows, 'rows' | 'columns' | 'features'>;

/**
 * Adds up, in double precision, the leaves that each row falls into: `sums` numbers per row, row-major. Tree after
 * tree, so that a tree stays in the processor's cache while all rows pass.
 */
export function sumLeaves(trees: Summand[], sums: number, rows: Rows): Float64Array {
  const values = new Float64Array(rows.rows * sums);
  const reached = new Int32Array(rows.rows);
  for (const tree of trees) {
    findLeaves(reached, tree, rows);
    const { value, right, leaves } = tree;
    const output = sums === 1 ? 0 : tree.output;
    for (let row = 0; row < reached.length; row++) {
      const leaf = reached[row];
      if (output !== undefined) values[row * sums + output] += value[leaf];
      else for (let k = 0; k < sums; k++) values[row * sums + k] += leaves[right[leaf] * sums + k];
    }
  }
  return values;
}

function findLeaves(
  reached: Int32Array,
  { left, right, feature, value, missingLeft }: Summand,
  { rows, columns, features }: Rows,
): void {
  for (let row = 0, start = 0; row < rows; row++, start += columns) {
    let node = 0;
    while (left[node] >= 0) {
      const x = features[start + feature[node]];
      const isLeft = x < value[node] || (Number.isNaN(x) && missingLeft[node] === 1);
      node = isLeft ? left[node] : right[node];
    }
    reached[row] = node;
  }
}
