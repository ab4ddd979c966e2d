import { type FeatureStep, mapCells, mapColumns } from './step.ts';

export interface ScaleState {
  means: number[];
  /** Standard deviations (of the population, like scikit-learn's StandardScaler); 1 for a constant column. */
  deviations: number[];
}

/** Subtracts the training rows' mean and divides by their standard deviation; a missing value stays missing. */
export const scale: FeatureStep<ScaleState> = {
  name: 'scale',
  async fit(train) {
    const columns = await mapColumns(train, moments);
    return { means: columns.map(({ mean }) => mean), deviations: columns.map(({ deviation }) => deviation) };
  },
  apply: ({ means, deviations }, features) =>
    mapCells(features, (value, column) => (value - means[column]) / deviations[column]),
  addToGraph({ means, deviations }, graph, features) {
    const width = means.length;
    const [centered] = graph.node('Sub', [features, graph.constant('double', means, [1, width])]);
    return graph.node('Div', [centered, graph.constant('double', deviations, [1, width])])[0];
  },
};

function moments(present: Float64Array): { mean: number; deviation: number } {
  if (present.length === 0) return { mean: 0, deviation: 1 };
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  const variance = present.reduce((sum, value) => sum + (value - mean) ** 2, 0) / present.length;
  // Adding 0 turns −0, which JSON does not keep, into 0.
  return { mean: mean + 0, deviation: isConstant(variance, mean, present.length) ? 1 : Math.sqrt(variance) };
}

/** Rounding of the mean alone leaves a variance up to this (scikit-learn's `_is_constant_feature`). */
function isConstant(variance: number, mean: number, rows: number): boolean {
  const { EPSILON } = Number;
  return variance <= rows * EPSILON * variance + (rows * mean * EPSILON) ** 2;
}
