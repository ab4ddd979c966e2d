import { z } from 'zod';
import type { FeatureStepSpec } from '../../contracts/features.ts';
import { momentsOf } from '../moments.ts';
import { quantile } from '../quantile.ts';
import { columnsAt, type FeatureStep, jsonSafe, mapCells, mapColumns } from './step.ts';

type Spec = FeatureStepSpec & { step: 'scale' };

export const scaleStateSchema = z.strictObject({
  /** What is subtracted from each column; 0 where the step leaves it alone. */
  centers: z.array(z.number()),
  /** What it is divided by then; 1 for a constant column and where the step leaves it alone. */
  widths: z.array(z.number()),
});
type State = z.infer<typeof scaleStateSchema>;
interface Scale {
  center: number;
  width: number;
}

/** As scikit-learn's StandardScaler, MinMaxScaler (to 0..1) and RobustScaler (median, quartile range). */
const methods: Record<Spec['method'], (present: Float64Array) => Scale> = {
  standard: moments,
  'min-max': range,
  robust: quartiles,
};

/** Shifts and divides each column by what the training rows show; a missing value stays missing. */
export const scale: FeatureStep<Spec, State> = {
  async fit({ columns, method }, train) {
    const at = columnsAt('scale', columns, train);
    const scales = await mapColumns(train, at, (present) =>
      present.length === 0 ? { center: 0, width: 1 } : methods[method](present),
    );
    const centers = new Array<number>(train.names.length).fill(0);
    const widths = new Array<number>(train.names.length).fill(1);
    at.forEach((column, i) => {
      centers[column] = jsonSafe(scales[i].center);
      widths[column] = scales[i].width;
    });
    return { state: { centers, widths } };
  },
  apply: ({ centers, widths }, features) =>
    mapCells(features, (value, column) => (value - centers[column]) / widths[column]),
  addToGraph({ centers, widths }, graph, features) {
    const [centered] = graph.node('Sub', [features, graph.constant('double', centers, [1, centers.length])]);
    return graph.node('Div', [centered, graph.constant('double', widths, [1, widths.length])])[0];
  },
};

function moments(present: Float64Array): Scale {
  const { mean, squares } = momentsOf(present);
  const variance = squares / present.length;
  return { center: mean, width: isConstant(variance, mean, present.length) ? 1 : Math.sqrt(variance) };
}

/** Rounding of the mean alone leaves a variance up to this (scikit-learn's `_is_constant_feature`). */
export function isConstant(variance: number, mean: number, rows: number): boolean {
  const { EPSILON } = Number;
  return variance <= rows * EPSILON * variance + (rows * mean * EPSILON) ** 2;
}

function range(present: Float64Array): Scale {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of present) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return { center: least, width: nonZero(most - least) };
}

function quartiles(present: Float64Array): Scale {
  const sorted = present.sort();
  return { center: quantile(sorted, 0.5), width: nonZero(quantile(sorted, 0.75) - quantile(sorted, 0.25)) };
}

/** scikit-learn's `_handle_zeros_in_scale`. */
const nonZero = (width: number): number => (width < 10 * Number.EPSILON ? 1 : width);
