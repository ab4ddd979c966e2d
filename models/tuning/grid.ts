import type { Dimension, Params, SearchSpace } from '../../contracts/estimator.ts';
import { checkSpace, scaleOf, toValue } from './space.ts';

const stepsOfFloat = 10;

const sizeOf = (dimension: Dimension): number => {
  if (dimension.kind === 'choice') return dimension.options.length;
  if (dimension.low === dimension.high) return 1;
  return dimension.kind === 'integer' ? dimension.high - dimension.low + 1 : stepsOfFloat;
};

function valueAt(dimension: Dimension, index: number): Params[string] {
  if (dimension.kind === 'choice') return dimension.options[index];
  if (dimension.kind === 'integer') return dimension.low + index;
  const last = sizeOf(dimension) - 1;
  // The logarithm's way there and back would miss the bounds by a digit.
  if (index === 0) return dimension.low;
  if (index === last) return dimension.high;
  const { low, high } = scaleOf(dimension);
  return toValue(dimension, low + (index / last) * (high - low));
}

/**
 * Points of a grid: every option, every whole number, ten even steps of a float (even in the logarithm where `log`).
 * @throws RelevoError PIPELINE_INVALID for an impossible dimension.
 */
export function gridSize(space: SearchSpace): number {
  checkSpace(space);
  return Object.values(space).reduce((product, dimension) => product * sizeOf(dimension), 1);
}

/** The grid's point of that number, the last dimension turning fastest; after the last point it starts over. */
export function gridPoint(space: SearchSpace, number: number): Params {
  checkSpace(space);
  let left = number;
  const reversed = Object.entries(space)
    .reverse()
    .map(([name, dimension]) => {
      const size = sizeOf(dimension);
      const value = valueAt(dimension, left % size);
      left = Math.floor(left / size);
      return [name, value] as const;
    });
  return Object.fromEntries(reversed.reverse());
}
