import type { Estimate } from '../../../contracts/metrics.ts';
import { createRandom } from '../../generators/random.ts';
import { shuffledRows } from '../multivariate/matrix.ts';
import { type ConfusionMetric, confusionScores, isConfusionMetric } from './confusion.ts';

/** Metrics that follow from probabilities alone; ranking and calibration do not. */
export const estimableMetrics = [
  'accuracy',
  'balancedAccuracy',
  'macroF1',
  'weightedF1',
  'macroPrecision',
  'macroRecall',
  'logLoss',
  'brier',
] as const;
export type EstimableMetric = (typeof estimableMetrics)[number];

/** Half the width of the central 95 % of a normal, in deviations. */
const band = 1.959963984540054;
const leastProbability = Number.EPSILON;
const draws = 200;
/** Rows that labels are drawn for; the band of more rows is narrowed by the root of their number. */
const drawnRows = 5000;

/**
 * What a metric of the champion is before labels arrive, if its probabilities are calibrated on these rows: a changed
 * relation of labels to inputs is invisible to it. `low` to `high` is where 95 % of samples of so many rows fall.
 * @param probabilities rows × width, each row adding up to 1; the answer is the most probable class.
 * @see CBPE, confidence-based performance estimation: NannyML 0.13, and Białek et al. 2024, arXiv:2407.08649
 */
export function estimateClassification(
  probabilities: Float64Array,
  width: number,
  metric: EstimableMetric,
  seed = 0,
): Estimate {
  if (isConfusionMetric(metric)) return ofConfusion(probabilities, width, metric, seed);
  const rows = probabilities.length / width;
  let sum = 0;
  let variance = 0;
  for (let row = 0; row < rows; row++) {
    const { mean, spread } = momentsOf[metric](probabilities.subarray(row * width, (row + 1) * width));
    sum += mean;
    variance += spread;
  }
  const value = sum / rows;
  const half = (band * Math.sqrt(variance)) / rows;
  const most = metric === 'accuracy' ? 1 : metric === 'brier' ? 2 : Number.POSITIVE_INFINITY;
  return { value, low: Math.max(0, value - half), high: Math.min(most, value + half) };
}

interface Moments {
  mean: number;
  /** Variance of the row's part over its label. */
  spread: number;
}

/** Mean and variance of a row's loss over the label that its probabilities expect. */
function overLabels(shares: Float64Array, loss: (label: number) => number): Moments {
  let mean = 0;
  let squares = 0;
  for (const [label, share] of shares.entries()) {
    const value = loss(label);
    mean += share * value;
    squares += share * value ** 2;
  }
  return { mean, spread: Math.max(0, squares - mean ** 2) };
}

const momentsOf = {
  accuracy: (shares) => {
    const answer = largest(shares);
    return overLabels(shares, (label) => (label === answer ? 1 : 0));
  },
  logLoss: (shares) => overLabels(shares, (label) => -Math.log(Math.max(shares[label], leastProbability))),
  brier: (shares) => {
    const all = shares.reduce((sum, share) => sum + share ** 2, 0);
    return overLabels(shares, (label) => all - 2 * shares[label] + 1);
  },
} satisfies Record<Exclude<EstimableMetric, ConfusionMetric>, (shares: Float64Array) => Moments>;

function largest(shares: Float64Array): number {
  let best = 0;
  for (let label = 1; label < shares.length; label++) if (shares[label] > shares[best]) best = label;
  return best;
}

/** By the expected table of labels and answers; the band by labels drawn from the probabilities. */
function ofConfusion(
  probabilities: Float64Array,
  width: number,
  metric: ConfusionMetric,
  seed: number,
): Estimate {
  const rows = probabilities.length / width;
  const expected = new Float64Array(width * width);
  const answers = Int32Array.from({ length: rows }, (_, row) =>
    largest(probabilities.subarray(row * width, (row + 1) * width)),
  );
  for (let row = 0; row < rows; row++)
    for (let label = 0; label < width; label++)
      expected[label * width + answers[row]] += probabilities[row * width + label];
  const value = confusionScores(expected, width)[metric];

  const random = createRandom(seed);
  const chosen = shuffledRows(rows, random).subarray(0, drawnRows);
  const scores = Float64Array.from({ length: draws }, () => {
    const drawn = new Float64Array(width * width);
    for (const row of chosen) {
      let left = random();
      let label = 0;
      while (label < width - 1 && left >= probabilities[row * width + label])
        left -= probabilities[row * width + label++];
      drawn[label * width + answers[row]] += 1;
    }
    return confusionScores(drawn, width)[metric];
  });
  const mean = scores.reduce((sum, score) => sum + score, 0) / draws;
  const spread = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (draws - 1);
  const half = band * Math.sqrt((spread * chosen.length) / rows);
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}
