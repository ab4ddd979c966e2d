import cdf from '@stdlib/stats-base-dists-normal-cdf';
import quantile from '@stdlib/stats-base-dists-normal-quantile';
import type { Dimension, Params } from '../../contracts/estimator.ts';
import type { Random } from '../random.ts';
import { type NumericDimension, type Scale, scaleOf, toValue } from './space.ts';

/** Kernels of one dimension, one per observation and, last, the prior. */
type Kernels =
  | {
      kind: 'numeric';
      dimension: NumericDimension;
      scale: Scale;
      means: number[];
      deviations: number[];
      /** Share of each normal distribution that lies within the bounds. */
      inBounds: number[];
    }
  | { kind: 'choice'; options: Params[string][]; probabilities: number[][] };

/** A density over a search space: a weighted sum of kernels, each a product over the dimensions. */
export interface ParzenEstimator {
  weights: number[];
  kernels: Record<string, Kernels>;
}

const priorWeight = 1;
const flatWeights = 25;

/**
 * The estimator over observed parameters, oldest first (Bergstra et al. 2011; Optuna 5's `_ParzenEstimator` with its
 * defaults: prior weight 1, magic clip, end points not considered).
 */
export function parzenEstimator(dimensions: [string, Dimension][], observations: Params[]): ParzenEstimator {
  const raw = observations.length === 0 ? [1] : [...recencyWeights(observations.length), priorWeight];
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  const kernels = dimensions.map(([name, dimension]) => {
    const observed = observations.map((params) => params[name]);
    return [
      name,
      dimension.kind === 'choice'
        ? choiceKernels(dimension.options, observed)
        : numericKernels(dimension, observed),
    ];
  });
  return { weights: raw.map((weight) => weight / total), kernels: Object.fromEntries(kernels) };
}

/** The newest 25 count in full, older ones ramp down to 1/n. */
export function recencyWeights(count: number): number[] {
  const ramp = Math.max(0, count - flatWeights);
  return Array.from({ length: count }, (_, i) => {
    if (i >= ramp) return 1;
    return ramp === 1 ? 1 / count : 1 / count + (i / (ramp - 1)) * (1 - 1 / count);
  });
}

function choiceKernels(options: Params[string][], observed: Params[string][]): Kernels {
  const even = 1 / options.length;
  if (observed.length === 0) return { kind: 'choice', options, probabilities: [options.map(() => even)] };
  const smoothing = priorWeight / (observed.length + 1);
  const total = 1 + smoothing * options.length;
  const probabilities = observed.map((value) =>
    options.map((option) => (smoothing + Number(option === value)) / total),
  );
  return { kind: 'choice', options, probabilities: [...probabilities, options.map(() => even)] };
}

function numericKernels(dimension: NumericDimension, observed: Params[string][]): Kernels {
  const scale = scaleOf(dimension);
  const means = observed.map((value) => (scale.isLog ? Math.log(Number(value)) : Number(value)));
  const range = scale.high - scale.low;
  const smallest = range / Math.min(100, 2 + means.length);
  const deviations = neighbourDistances(means, scale).map((distance) =>
    Math.min(range, Math.max(smallest, distance)),
  );
  means.push((scale.low + scale.high) / 2);
  deviations.push(range);
  const inBounds = means.map((mean, kernel) => mass(scale.low, scale.high, mean, deviations[kernel]));
  return { kind: 'numeric', dimension, scale, means, deviations, inBounds };
}

/** For each mean the larger distance to its neighbours; the outermost look inwards only, where they can. */
function neighbourDistances(means: number[], { low, high }: Scale): number[] {
  const order = means.map((_, index) => index).sort((a, b) => means[a] - means[b] || a - b);
  const sorted = [low, ...order.map((index) => means[index]), high];
  const distances = new Array<number>(means.length);
  order.forEach((index, rank) => {
    const [left, here, right] = sorted.slice(rank, rank + 3);
    distances[index] = Math.max(here - left, right - here);
    if (means.length < 2) return;
    if (rank === 0) distances[index] = right - here;
    if (rank === means.length - 1) distances[index] = here - left;
  });
  return distances;
}

/** One draw: a kernel by weight, then every dimension from that kernel. */
export function sampleFrom({ weights, kernels }: ParzenEstimator, random: Random): Params {
  const kernel = pick(weights, random.next());
  return Object.fromEntries(
    Object.entries(kernels).map(([name, of]) => {
      if (of.kind === 'choice') return [name, of.options[pick(of.probabilities[kernel], random.next())]];
      const point = sampleTruncated(of.means[kernel], of.deviations[kernel], of.scale, random.next());
      return [name, toValue(of.dimension, point)];
    }),
  );
}

function pick(probabilities: number[], share: number): number {
  let cumulative = 0;
  for (let i = 0; i < probabilities.length - 1; i++) {
    cumulative += probabilities[i];
    if (share < cumulative) return i;
  }
  return probabilities.length - 1;
}

/** The `share` quantile of a normal distribution cut to the scale's bounds; its mean lies within them. */
function sampleTruncated(mean: number, deviation: number, { low, high }: Scale, share: number): number {
  const below = cdf(low, mean, deviation);
  const point = quantile(below + share * (cdf(high, mean, deviation) - below), mean, deviation);
  return Math.min(high, Math.max(low, point));
}

/** Logarithm of the density (of the probability, over integers and choices). */
export function logDensity({ weights, kernels }: ParzenEstimator, params: Params): number {
  const perKernel = weights.map((weight, kernel) => {
    let sum = Math.log(weight);
    for (const [name, of] of Object.entries(kernels)) sum += logKernel(of, kernel, params[name]);
    return sum;
  });
  const largest = Math.max(...perKernel);
  return largest + Math.log(perKernel.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}

function logKernel(of: Kernels, kernel: number, value: Params[string]): number {
  if (of.kind === 'choice') return Math.log(of.probabilities[kernel][of.options.indexOf(value)]);
  const { step, isLog } = of.scale;
  const mean = of.means[kernel];
  const deviation = of.deviations[kernel];
  const toScale = (x: number): number => (isLog ? Math.log(x) : x);
  if (step === 1) {
    const cell = mass(toScale(Number(value) - 0.5), toScale(Number(value) + 0.5), mean, deviation);
    return Math.log(cell / of.inBounds[kernel]);
  }
  const z = (toScale(Number(value)) - mean) / deviation;
  return -0.5 * (z * z + Math.log(2 * Math.PI)) - Math.log(deviation * of.inBounds[kernel]);
}

/** Normal probability of [from, to], taken in the tail where the digits are. */
function mass(from: number, to: number, mean: number, deviation: number): number {
  return from > mean
    ? cdf(2 * mean - from, mean, deviation) - cdf(2 * mean - to, mean, deviation)
    : cdf(to, mean, deviation) - cdf(from, mean, deviation);
}
