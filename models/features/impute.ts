import { z } from 'zod';
import type { FeatureStepSpec } from '../../contracts/features.ts';
import type { Matrix } from '../../contracts/frame.ts';
import { quantile } from '../quantile.ts';
import {
  besides,
  columnsAt,
  type FeatureStep,
  gatherColumns,
  jsonSafe,
  mapCells,
  mapColumns,
  rearrange,
} from './step.ts';

type Spec = FeatureStepSpec & { step: 'impute' };

export const imputeStateSchema = z.strictObject({
  /** What stands for a missing value of each column; null where it stays missing. */
  fills: z.array(z.number().nullable()),
  /** Columns of which a flag says where a value was missing: those in which the training rows lack one. */
  flagged: z.array(z.number().int()),
});
type State = z.infer<typeof imputeStateSchema>;

const statistics: Record<Exclude<Spec['strategy'], 'constant'>, (present: Float64Array) => number> = {
  median: (present) => quantile(present.sort(), 0.5),
  mean: (present) => present.reduce((sum, value) => sum + value, 0) / present.length,
  mode: (present) => mostFrequent(present.sort()),
};

/**
 * Puts a number where one is missing: a statistic of the training rows, as scikit-learn's SimpleImputer, but 0 where
 * a column has no value at all. Of several most frequent values the smallest counts.
 */
export const impute: FeatureStep<Spec, State> = {
  async fit({ columns, strategy, value, flag }, train) {
    const at = columnsAt('impute', columns, train);
    const summaries = await mapColumns(train, at, (present) => ({
      fill: strategy === 'constant' ? value : present.length === 0 ? 0 : statistics[strategy](present),
      isWhole: present.length === train.rows,
    }));
    const fills: State['fills'] = new Array(train.names.length).fill(null);
    at.forEach((column, i) => {
      fills[column] = jsonSafe(summaries[i].fill);
    });
    return { state: { fills, flagged: flag ? at.filter((_, i) => !summaries[i].isWhole) : [] } };
  },

  async apply({ fills, flagged }, features) {
    const filled = await mapCells(features, (value, column) =>
      Number.isNaN(value) ? (fills[column] ?? value) : value,
    );
    return flagged.length === 0 ? filled : await withFlags(flagged, features, filled);
  },

  addToGraph({ fills, flagged }, graph, features) {
    const numbers = fills.map((fill) => fill ?? Number.NaN);
    const [isMissing] = graph.node('IsNaN', [features]);
    const fill = graph.constant('double', numbers, [1, numbers.length]);
    const [filled] = graph.node('Where', [isMissing, fill, features]);
    if (flagged.length === 0) return filled;
    return besides(graph, [filled, graph.cast(gatherColumns(graph, isMissing, flagged), 'double')]);
  },
};

const withFlags = (flagged: number[], features: Matrix, filled: Matrix): Promise<Matrix> =>
  rearrange(
    filled,
    filled.names.map((_, column) => column),
    flagged.map((column) => `${features.names[column]}:missing`),
    (_, from, to, out) => {
      flagged.forEach((column, i) => {
        out[to + i] = Number(Number.isNaN(features.data[from + column]));
      });
    },
  );

function mostFrequent(sorted: Float64Array): number {
  let [best, bestCount, start] = [sorted[0], 0, 0];
  for (let end = 1; end <= sorted.length; end++) {
    if (end < sorted.length && sorted[end] === sorted[start]) continue;
    if (end - start > bestCount) [best, bestCount] = [sorted[start], end - start];
    start = end;
  }
  return best;
}
