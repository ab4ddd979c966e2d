import { z } from 'zod';
import { RelevoError } from '../../contracts/errors.ts';
import type { OnnxGraph, TensorName } from '../../contracts/onnx.ts';

/** Margins in the target's unit; that of learnt quantiles may be below 0, where they are too wide. */
export const intervalStateSchema = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('split'), level: z.number(), margin: z.number().min(0) }),
  z.strictObject({ method: z.literal('quantile'), level: z.number(), margin: z.number() }),
]);
export type IntervalState = z.infer<typeof intervalStateSchema>;

/**
 * Learns how wide a prediction interval must be, from rows that the model has not learned from. With exchangeable
 * rows, a new one lies inside with a probability of at least `level`. `split`: the same margin around every
 * prediction (Lei et al. 2018); `quantile`: around two learnt quantiles (Romano et al. 2019).
 * @param quantiles lower and upper quantile per row, row-major; `quantile` needs them.
 * @param pieces of evidence that the rows are, where rows of a piece err alike and pieces of about equal size are
 * exchangeable (hierarchical conformal prediction, Lee et al. 2023); one a row unless told. Where so few could not vouch
 * for the level, half of what it leaves out is given up.
 * @throws RelevoError DATASET_TOO_SMALL where so few rows cannot vouch for the level.
 */
export function fitInterval(
  spec: { level: number; method: 'split' | 'quantile' },
  actual: Float64Array,
  predicted: Float64Array,
  quantiles?: Float64Array,
  pieces = actual.length,
): IntervalState {
  const { level, method } = spec;
  const bounds = method === 'quantile' ? demandQuantiles(quantiles, actual.length) : undefined;
  const scores = actual.map((value, row) =>
    bounds === undefined
      ? Math.abs(value - predicted[row])
      : Math.max(bounds[2 * row] - value, value - bounds[2 * row + 1]),
  );
  return { method, level, margin: conformalQuantile(scores, level, pieces) };
}

/** The ⌈n·level·(1 + 1 / pieces)⌉-th smallest of n scores: of n pieces the ⌈(n + 1)·level⌉-th. */
function conformalQuantile(scores: Float64Array, level: number, pieces: number): number {
  const share = level * (1 + 1 / pieces);
  const asked = pieces < scores.length ? Math.min(share, (1 + level) / 2) : share;
  const rank = Math.ceil(scores.length * asked - 1e-9);
  if (rank <= scores.length) return scores.slice().sort()[rank - 1];
  const needed = Math.ceil(level / (1 - level) - 1e-9);
  throw new RelevoError(
    'DATASET_TOO_SMALL',
    `${scores.length} rows cannot vouch for an interval of ${level * 100} %`,
    {
      field: 'interval.level',
      value: scores.length,
      expected: `at least ${needed} rows that the model has not learned from`,
      remedy: 'Ingest more rows, give validation a larger share or ask for a lower level.',
    },
  );
}

/** Lower and upper bound per row, row-major, in the target's unit. */
export function intervalOf(
  state: IntervalState,
  predicted: Float64Array,
  quantiles?: Float64Array,
): Float64Array {
  const { margin } = state;
  const interval = new Float64Array(2 * predicted.length);
  const bounds = state.method === 'quantile' ? demandQuantiles(quantiles, predicted.length) : undefined;
  for (let row = 0; row < predicted.length; row++) {
    const lower = (bounds === undefined ? predicted[row] : bounds[2 * row]) - margin;
    const upper = (bounds === undefined ? predicted[row] : bounds[2 * row + 1]) + margin;
    // A margin below 0 may carry narrow bounds past one another.
    interval[2 * row] = Math.min(lower, upper);
    interval[2 * row + 1] = Math.max(lower, upper);
  }
  return interval;
}

function demandQuantiles(quantiles: Float64Array | undefined, rows: number): Float64Array {
  if (quantiles?.length === 2 * rows) return quantiles;
  throw new RangeError(`an interval of ${rows} rows needs ${2 * rows} quantiles, not ${quantiles?.length}`);
}

/**
 * Adds `intervalOf`.
 * @param prediction double `[N, 1]`.
 * @param quantiles double `[N, 2]`, for the method `quantile`.
 * @returns double `[N, 2]`.
 */
export function addIntervalToGraph(
  state: IntervalState,
  graph: OnnxGraph,
  prediction: TensorName,
  quantiles?: TensorName,
): TensorName {
  const margins = graph.constant('double', [-state.margin, state.margin], [1, 2]);
  if (state.method === 'split') return graph.node('Add', [prediction, margins])[0];
  if (quantiles === undefined) throw new RangeError('an interval between quantiles needs their tensor');
  const [bounds] = graph.node('Add', [quantiles, margins]);
  const columns = graph.constant('int64', [1], [1]);
  return graph.node(
    'Concat',
    ['ReduceMin', 'ReduceMax'].map((op) => graph.node(op, [bounds, columns])[0]),
    { axis: { int: 1 } },
  )[0];
}
