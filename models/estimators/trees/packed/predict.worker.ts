import { predictionsOf } from '../form.ts';
import { sumLeaves } from './sum.ts';
import type { PackedPredictTask } from './tree.ts';

/** Predictions, row-major. */
export default function predict({ trees, reading, rows, width, features }: PackedPredictTask): Float64Array {
  return predictionsOf(reading, sumLeaves(trees, reading.base.length, { rows, columns: width, features }));
}
