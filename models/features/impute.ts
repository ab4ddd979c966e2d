import { quantile } from '../quantile.ts';
import { type FeatureStep, mapCells, mapColumns } from './step.ts';

export interface ImputeState {
  /** What stands for a missing value of each column. */
  medians: number[];
}

/** Puts the training rows' median where a value is missing; 0 where a column has no value at all. */
export const impute: FeatureStep<ImputeState> = {
  name: 'impute',
  fit: async (train) => ({ medians: await mapColumns(train, medianOf) }),
  apply: ({ medians }, features) =>
    mapCells(features, (value, column) => (Number.isNaN(value) ? medians[column] : value)),
  addToGraph({ medians }, graph, features) {
    const fill = graph.constant('double', medians, [1, medians.length]);
    const [isMissing] = graph.node('IsNaN', [features]);
    return graph.node('Where', [isMissing, fill, features])[0];
  },
};

/** Adding 0 turns −0, which JSON does not keep, into 0. */
const medianOf = (present: Float64Array): number =>
  present.length === 0 ? 0 : quantile(present.sort(), 0.5) + 0;
