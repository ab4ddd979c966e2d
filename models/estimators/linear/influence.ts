import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import type { Factor } from './factor.ts';
import type { Diagnostics, InfluentialRow, LinearRows } from './protocol.ts';
import type { Solution } from './solve.ts';

const mostInfluential = 10;
const mostPoints = 101;
/** A row that the fit goes through has a leverage of 1 up to rounding, and no residual to speak of. */
const sureRest = 1e-10;

/**
 * How much single rows move a least-squares fit, and whether its residuals are normal.
 * Reference: statsmodels 0.15 (OLSInfluence; ProbPlot with plotting positions i/(n + 1)).
 * @param residuals scaled by √w where rows have weights.
 */
export function influence(
  data: LinearRows,
  factor: Factor,
  solution: Solution,
  residuals: Float64Array,
): Pick<Diagnostics, 'largestLeverage' | 'influential' | 'quantiles'> {
  const parameters = solution.kept.length + 1;
  const freedom = data.rows - parameters;
  const deviation = Math.sqrt(solution.residualSquares / freedom);
  const leverages = residuals.map((_, row) => leverage(data, factor, solution, row));
  const rest = leverages.map((value) => (1 - value > sureRest ? 1 - value : Number.NaN));
  const studentized = residuals.map((value, row) => value / (deviation * Math.sqrt(rest[row])));
  const cooks = studentized.map(
    (value, row) => ((value * value) / parameters) * (leverages[row] / rest[row]),
  );
  const row = leverages.reduce((largest, value, at) => (value > leverages[largest] ? at : largest), 0);
  return {
    largestLeverage: { value: leverages[row], row },
    influential: largestFirst(cooks).map(
      (row): InfluentialRow => ({
        row,
        leverage: leverages[row],
        studentizedResidual: studentized[row],
        cooksDistance: cooks[row],
      }),
    ),
    quantiles: normalQuantiles(studentized.filter(Number.isFinite)),
  };
}

/** The hat matrix' element of the row: w·(1/W + (x − m)'(X'X)⁻¹(x − m)). */
function leverage(data: LinearRows, factor: Factor, { kept, inverse }: Solution, row: number): number {
  const at = row * data.names.length;
  let squares = 1 / factor.weightSum;
  for (let i = 0; i < kept.length; i++) {
    let projected = 0;
    // The inverse of an upper triangle is one as well: column i ends at row i.
    for (let j = 0; j <= i; j++)
      projected += inverse.get(j, i) * (data.features[at + kept[j]] - factor.means[kept[j]]);
    squares += projected * projected;
  }
  return (data.weights?.[row] ?? 1) * squares;
}

/** Positions of the largest finite values; the earlier one of equals first. */
function largestFirst(values: Float64Array): number[] {
  const finite = Array.from(values.keys()).filter((row) => Number.isFinite(values[row]));
  return finite.sort((a, b) => values[b] - values[a] || a - b).slice(0, mostInfluential);
}

function normalQuantiles(values: Float64Array): Diagnostics['quantiles'] {
  const sorted = values.sort();
  const count = Math.min(mostPoints, sorted.length);
  const ranks = Array.from({ length: count }, (_, i) =>
    Math.round((i * (sorted.length - 1)) / Math.max(1, count - 1)),
  );
  return {
    theoretical: ranks.map((rank) => normalQuantile((rank + 1) / (sorted.length + 1), 0, 1)),
    residual: ranks.map((rank) => sorted[rank]),
  };
}
