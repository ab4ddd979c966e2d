import type { Matrix } from '../../contracts/frame.ts';
import { runInPool } from '../pool.ts';
import { type Random, seededRandom } from '../random.ts';
import { columnAt, meansOfGroups, type Predict, predictMade } from './matrix.ts';
import type { Surrogate, SurrogateTask } from './surrogate.worker.ts';

const worker = new URL('./surrogate.worker.ts', import.meta.url);

export interface LimeOptions {
  seed: number;
  /** Rows drawn around the one explained. */
  samples?: number;
  /** Width of the exponential kernel in standard deviations; 0.75·√F where absent, as in `lime`. */
  kernelWidth?: number;
  signal?: AbortSignal;
}

export interface LimeExplanation {
  /** outputs × F: what the line adds between the background's mean (or, of codes, another code) and the row. */
  effects: Float64Array;
  /** Per output, what the line says at the background's means; plus the effects it is the line's answer for the row. */
  base: Float64Array;
  /** Weighted R² of the line around the row, per output. */
  fidelity: Float64Array;
}

/** A feature with so few values is drawn from the background and compared, not measured. */
const mostCodes = 10;
const ridgePenalty = 1;

/**
 * A weighted ridge line through the predictions around one row (Ribeiro et al. 2016, "Why should I trust you?"):
 * measured features are drawn from a normal distribution around the row with the background's deviation, features of
 * few values from the background; near draws weigh more. A missing value stays missing.
 * @throws RelevoError CANCELLED when `signal` fires; RangeError without background rows.
 */
export async function lime(
  predict: Predict,
  outputs: number,
  row: Float64Array,
  background: Matrix,
  options: LimeOptions,
): Promise<LimeExplanation> {
  if (background.rows === 0) throw new RangeError('LIME needs at least one background row');
  const { samples = 2_000, signal } = options;
  const width = row.length;
  const scales = background.names.map((_, feature) => scaleOf(columnAt(background, feature), row[feature]));
  const random = seededRandom(options.seed, 'lime');
  const draws = new Float64Array(samples * width);
  for (let i = 0; i < samples; i++)
    for (let feature = 0; feature < width; feature++)
      draws[i * width + feature] = i === 0 ? row[feature] : draw(random, row[feature], scales[feature]);
  const targets = await predictMade(
    predict,
    background.names,
    { rows: samples, outputs },
    (index, made) => made.set(draws.subarray(index * width, (index + 1) * width)),
    signal,
  );
  const inputs = draws.map((value, i) => coordinate(value, row[i % width], scales[i % width]));
  const weights = kernelWeights(inputs, row, scales, options.kernelWidth ?? 0.75 * Math.sqrt(width));
  const task: SurrogateTask = {
    inputs,
    width,
    targets,
    outputs,
    weights,
    rule: { kind: 'ridge', penalty: ridgePenalty },
  };
  const fitted = await runInPool<SurrogateTask, Surrogate>(worker, task, signal);
  return fromMeans(fitted, row, background, scales);
}

type Scale =
  | { kind: 'measured'; deviation: number }
  | { kind: 'codes'; values: Float64Array }
  /** No variation, or missing in the row. */
  | { kind: 'fixed' };

function scaleOf(values: Float64Array, own: number): Scale {
  const present = values.filter((value) => !Number.isNaN(value));
  const distinct = new Set(present);
  if (Number.isNaN(own) || distinct.size < 2) return { kind: 'fixed' };
  if (distinct.size <= mostCodes) return { kind: 'codes', values: present };
  const mean = meansOfGroups(present, 1, present.length)[0];
  const squares = present.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { kind: 'measured', deviation: Math.sqrt(squares / present.length) };
}

function draw(random: Random, own: number, scale: Scale): number {
  if (scale.kind === 'measured') return own + random.normal() * scale.deviation;
  return scale.kind === 'codes' ? scale.values[random.integer(scale.values.length)] : own;
}

/** Standard deviations from the row; of codes 1 where it is the row's own; 0 where nothing varies. */
function coordinate(value: number, own: number, scale: Scale): number {
  if (scale.kind === 'measured') return (value - own) / scale.deviation;
  return scale.kind === 'codes' ? Number(value === own) : 0;
}

function kernelWeights(
  inputs: Float64Array,
  row: Float64Array,
  scales: Scale[],
  kernelWidth: number,
): Float64Array {
  const width = row.length;
  const weights = new Float64Array(inputs.length / width);
  for (let i = 0; i < weights.length; i++) {
    let squares = 0;
    for (let feature = 0; feature < width; feature++) {
      const at = inputs[i * width + feature];
      squares += scales[feature].kind === 'codes' ? (1 - at) ** 2 : at ** 2;
    }
    weights[i] = Math.sqrt(Math.exp(-squares / kernelWidth ** 2));
  }
  return weights;
}

/** Effects count from the background's mean coordinate, so that they compare with Shapley values. */
function fromMeans(
  fitted: Surrogate,
  row: Float64Array,
  background: Matrix,
  scales: Scale[],
): LimeExplanation {
  const width = row.length;
  const effects = new Float64Array(fitted.slopes.length);
  const base = Float64Array.from(fitted.intercepts);
  for (let feature = 0; feature < width; feature++) {
    const scale = scales[feature];
    const own = coordinate(row[feature], row[feature], scale);
    const present = columnAt(background, feature).filter((value) => !Number.isNaN(value));
    const places = present.map((value) => coordinate(value, row[feature], scale));
    const mean = places.length === 0 ? 0 : meansOfGroups(places, 1, places.length)[0];
    for (let output = 0; output < base.length; output++) {
      const slope = fitted.slopes[output * width + feature];
      effects[output * width + feature] = slope * (own - mean);
      base[output] += slope * mean;
    }
  }
  return { effects, base, fidelity: fitted.fidelity };
}
