import type { TreeModel } from '../../contracts/estimator.ts';

/** About ten seconds of one thread. */
const mostOperations = 4e9;

/**
 * How many rows TreeSHAP can explain in about ten seconds of one thread, at least ten: each row costs about
 * leaves × depth² of every tree, and its interactions that again twice for each feature tested. Trees count as half
 * as deep again as balanced ones.
 */
export function affordableRows({ trees }: TreeModel, withInteractions = false): number {
  let operations = 0;
  for (const { left } of trees) {
    const leaves = (left.length + 1) / 2;
    const depth = 1 + 1.5 * Math.log2(leaves);
    operations += leaves * depth ** 2 * (withInteractions ? 2 * Math.min(leaves - 1, 60) + 1 : 1);
  }
  return Math.max(10, Math.floor(mostOperations / Math.max(operations, 1)));
}
