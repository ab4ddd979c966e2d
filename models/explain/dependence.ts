import type { Dependence, PairDependence } from '../../contracts/explanation.ts';
import type { Matrix } from '../../contracts/frame.ts';
import { columnAt, type Predict, predictMade, rowAt } from './matrix.ts';

export interface DependenceOptions {
  /** Points of a grid where a feature has more values. */
  gridPoints?: number;
  /** Rows whose own curves are kept: the first ones. */
  individuals?: number;
  signal?: AbortSignal;
}

/**
 * Partial dependence (Friedman 2001) and individual conditional expectation (Goldstein et al. 2015) of one feature, as
 * scikit-learn's `partial_dependence` with `method='brute'`: the mean prediction over `rows` with the feature set
 * to each point of its grid.
 * @throws RelevoError CANCELLED when `signal` fires.
 */
export async function partialDependence(
  predict: Predict,
  outputs: number,
  rows: Matrix,
  feature: string,
  options: DependenceOptions = {},
): Promise<Dependence> {
  const { gridPoints = 20, individuals = 0, signal } = options;
  const column = columnOf(rows, feature);
  const grid = gridOf(columnAt(rows, column), gridPoints);
  const predictions = await predictMade(
    predict,
    rows.names,
    { rows: grid.length * rows.rows, outputs },
    (index, row) => {
      row.set(rowAt(rows, index % rows.rows));
      row[column] = grid[Math.floor(index / rows.rows)];
    },
    signal,
  );
  const at = (point: number, row: number, output: number) =>
    predictions[(point * rows.rows + row) * outputs + output];
  const eachOutput = <T>(make: (output: number) => T) => Array.from({ length: outputs }, (_, k) => make(k));
  return {
    feature,
    grid,
    mean: eachOutput((output) =>
      grid.map((_, point) => meanOver(rows.rows, (row) => at(point, row, output))),
    ),
    individual: Array.from({ length: Math.min(individuals, rows.rows) }, (_, row) =>
      eachOutput((output) => grid.map((_, point) => at(point, row, output))),
    ),
  };
}

/**
 * Partial dependence of two features together.
 * @throws RelevoError CANCELLED when `signal` fires.
 */
export async function pairDependence(
  predict: Predict,
  outputs: number,
  rows: Matrix,
  features: [string, string],
  { gridPoints = 10, signal }: DependenceOptions = {},
): Promise<PairDependence> {
  const columns = features.map((feature) => columnOf(rows, feature));
  const [first, second] = columns.map((column) => gridOf(columnAt(rows, column), gridPoints));
  const predictions = await predictMade(
    predict,
    rows.names,
    { rows: first.length * second.length * rows.rows, outputs },
    (index, row) => {
      const point = Math.floor(index / rows.rows);
      row.set(rowAt(rows, index % rows.rows));
      row[columns[0]] = first[Math.floor(point / second.length)];
      row[columns[1]] = second[point % second.length];
    },
    signal,
  );
  const mean = Array.from({ length: outputs }, (_, output) =>
    first.map((_, i) =>
      second.map((_, j) => {
        const start = (i * second.length + j) * rows.rows;
        return meanOver(rows.rows, (row) => predictions[(start + row) * outputs + output]);
      }),
    ),
  );
  return { features, grids: [first, second], mean };
}

function columnOf({ names }: Matrix, feature: string): number {
  const column = names.indexOf(feature);
  if (column >= 0) return column;
  throw new RangeError(`no feature "${feature}" among ${names.join(', ')}`);
}

function meanOver(rows: number, of: (row: number) => number): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += of(row);
  return sum / rows;
}

/** All values where they are few, else even steps between the 5th and the 95th percentile. Missing ones are left out. */
function gridOf(values: Float64Array, points: number): number[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const distinct = [...new Set(sorted)];
  if (distinct.length < points) return distinct;
  const low = percentile(sorted, 0.05);
  const high = percentile(sorted, 0.95);
  if (high <= low) return distinct.filter((_, i) => i % Math.ceil(distinct.length / points) === 0);
  return Array.from({ length: points }, (_, i) => low + ((high - low) * i) / (points - 1));
}

/** Approximately unbiased quantile (α = β = 0.4), `scipy.stats.mstats.mquantiles`, which scikit-learn's grid uses. */
function percentile(sorted: Float64Array, share: number): number {
  const count = sorted.length;
  const place = count * share + 0.4 + share * 0.2;
  const below = Math.floor(Math.min(Math.max(place, 1), count - 1));
  const part = Math.min(Math.max(place - below, 0), 1);
  return (1 - part) * sorted[below - 1] + part * sorted[below];
}
