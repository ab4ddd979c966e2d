import type { CorrectionState } from './index.ts';

/** Parts that the rows are cut into, in their order, to find out which line does best on rows that it was not drawn through. */
const parts = 5;
/** A line through fewer rows is worse than none. */
const leastRows = 10;

type Line = CorrectionState | undefined;
type DrawLine = (predicted: Float64Array, actual: Float64Array) => Line;

/**
 * Learns whether predictions are off by a constant or by a line: by cross-validation in contiguous parts, the one of
 * nothing, mean error, and least squares that leaves the least squared error. A slope that is not above 0 is no
 * correction.
 * @returns undefined where nothing is better than the predictions themselves.
 */
export function learnCorrection(predicted: Float64Array, actual: Float64Array): Line {
  if (actual.length < leastRows) return undefined;
  let best: { draw: DrawLine; loss: number } = { draw: nothing, loss: crossLoss(nothing, predicted, actual) };
  for (const draw of [shift, leastSquares]) {
    const loss = crossLoss(draw, predicted, actual);
    if (loss < best.loss) best = { draw, loss };
  }
  return best.draw(predicted, actual);
}

const nothing: DrawLine = () => undefined;

const shift: DrawLine = (predicted, actual) => ({ slope: 1, intercept: mean(actual) - mean(predicted) });

const leastSquares: DrawLine = (predicted, actual) => {
  const [x, y] = [mean(predicted), mean(actual)];
  let [across, along] = [0, 0];
  predicted.forEach((value, row) => {
    across += (value - x) * (actual[row] - y);
    along += (value - x) ** 2;
  });
  const slope = across / along;
  return slope > 0 && Number.isFinite(slope) ? { slope, intercept: y - slope * x } : undefined;
};

/** Sum of squared errors on each part of a line that was learnt on the others. */
function crossLoss(draw: DrawLine, predicted: Float64Array, actual: Float64Array): number {
  let loss = 0;
  for (let part = 0; part < parts; part++) {
    const start = Math.floor((part * actual.length) / parts);
    const end = Math.floor(((part + 1) * actual.length) / parts);
    const line = draw(without(predicted, start, end), without(actual, start, end));
    for (let row = start; row < end; row++) {
      const answer = line ? line.slope * predicted[row] + line.intercept : predicted[row];
      loss += (actual[row] - answer) ** 2;
    }
  }
  return loss;
}

function without(values: Float64Array, start: number, end: number): Float64Array {
  const rest = new Float64Array(values.length - (end - start));
  rest.set(values.subarray(0, start));
  rest.set(values.subarray(end), start);
  return rest;
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
