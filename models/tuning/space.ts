import { RelevoError } from '../../contracts/errors.ts';
import type { Dimension, Params, SearchSpace } from '../../contracts/estimator.ts';
import type { Random } from '../random.ts';

type Value = Params[string];
export type NumericDimension = Exclude<Dimension, { kind: 'choice' }>;

/** Where kernels live: bounds in the search's own scale (the logarithm where `log`), half a step wider for integers. */
export interface Scale {
  low: number;
  high: number;
  /** 1 for integers, 0 for real numbers. */
  step: 0 | 1;
  isLog: boolean;
}

/**
 * The scale that a dimension is searched on: logarithms where it is `log`, and half a step wider for integers, so
 * that rounding reaches each alike.
 */
export function scaleOf({ kind, low, high, log = false }: NumericDimension): Scale {
  const step = kind === 'integer' ? 1 : 0;
  const bounds = [low - step / 2, high + step / 2];
  const [scaledLow, scaledHigh] = log ? bounds.map(Math.log) : bounds;
  return { low: scaledLow, high: scaledHigh, step, isLog: log };
}

/** A point of the search's scale as a value of the dimension: inside its bounds, whole for integers. */
export function toValue(dimension: NumericDimension, point: number): number {
  const value = dimension.log ? Math.exp(point) : point;
  const whole = dimension.kind === 'integer' ? Math.round(value) : value;
  return Math.min(dimension.high, Math.max(dimension.low, whole));
}

/** A value drawn evenly (evenly in the logarithm where `log`). */
export function sampleEvenly(dimension: Dimension, random: Random): Value {
  if (dimension.kind === 'choice') return dimension.options[random.integer(dimension.options.length)];
  return valueAt(dimension, random.next());
}

/** The value at a share in [0, 1) of a dimension's range (of its logarithm's where `log`), or of its options. */
export function valueAt(dimension: Dimension, share: number): Value {
  if (dimension.kind === 'choice') return dimension.options[Math.floor(share * dimension.options.length)];
  const { low, high } = scaleOf(dimension);
  return toValue(dimension, low + share * (high - low));
}

/** Whether parameters have a value that it may take for every dimension of a space. */
export const isWithin = (space: SearchSpace, params: Params): boolean =>
  Object.entries(space).every(([name, dimension]) => contains(dimension, params[name]));

function contains(dimension: Dimension, value: Value | undefined): boolean {
  if (value === undefined) return false;
  if (dimension.kind === 'choice') return dimension.options.includes(value);
  return typeof value === 'number' && value >= dimension.low && value <= dimension.high;
}

/** The only value of a dimension that leaves nothing to search. */
export function onlyValue(dimension: Dimension): Value | undefined {
  if (dimension.kind === 'choice') return dimension.options.length === 1 ? dimension.options[0] : undefined;
  return dimension.low === dimension.high ? dimension.low : undefined;
}

/** @throws RelevoError PIPELINE_INVALID for a dimension without values or whose logarithm does not exist. */
export function checkSpace(space: SearchSpace): void {
  for (const [name, dimension] of Object.entries(space)) {
    const expected = faultOf(dimension);
    if (expected === undefined) continue;
    throw new RelevoError(
      'PIPELINE_INVALID',
      `The search dimension "${name}" is wrong: it needs ${expected}`,
      {
        field: `search.${name}`,
        value: JSON.stringify(dimension),
        expected,
      },
    );
  }
}

function faultOf(dimension: Dimension): string | undefined {
  if (dimension.kind === 'choice') return dimension.options.length === 0 ? 'at least one option' : undefined;
  const { kind, low, high, log } = dimension;
  if (!(low <= high)) return 'low at most high';
  if (kind === 'integer' && !(Number.isInteger(low) && Number.isInteger(high))) return 'whole bounds';
  if (log && low <= 0) return 'a low above 0 for a logarithmic dimension';
  return undefined;
}
