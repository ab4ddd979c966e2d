import { decide } from '../decision/index.ts';
import type { Comparison, MetricValues } from './comparison.ts';
import type { Predictions } from './predictions.ts';
import { areaUnderRoc, type Ranking, rankingOf } from './ranking.ts';
import { binsOf, calibrationError } from './reliability.ts';

/**
 * Classes beside probabilities. As in scikit-learn: averages over classes leave out classes that occur neither in
 * what came true nor in what was answered, a share of nothing is 0, log-loss takes probabilities no closer to 0 than
 * 2⁻⁵². Answers are the decision weights' own; probability metrics (logLoss, brier, ece, rocAuc) do not know them.
 */
export function compareClasses(classes: number, actual: Float64Array, predictions: Predictions): Comparison {
  const { values, decisionWeights } = predictions;
  const rows = actual.length;
  const ranked = classes === 2 ? [1] : Array.from({ length: classes }, (_, k) => k);
  const answered = lazy(() => decide(values, classes, decisionWeights));
  const losses = lazy(() => logLosses(values, classes, actual));
  const squares = lazy(() => brierTerms(values, classes, actual));
  const bins = lazy(() => binsOf(values, classes, actual));
  const rankings = lazy(() => ranked.map((k) => rankingOf(values, classes, k, actual)));
  const ofProbabilities = {
    logLoss: (counts: Int32Array) => weightedSum(losses(), counts) / rows,
    brier: (counts: Int32Array) => weightedSum(squares(), counts) / rows,
    ece: (counts: Int32Array) => calibrationError(bins(), counts),
    rocAuc: (counts: Int32Array) => meanArea(rankings(), counts),
  };
  const once = new Int32Array(rows).fill(1);
  return {
    rows,
    metrics(counts = once, only) {
      const wanted = Object.entries(ofProbabilities).filter(([name]) => only === undefined || only === name);
      const found: MetricValues = Object.fromEntries(wanted.map(([name, metric]) => [name, metric(counts)]));
      if (only !== undefined && only in ofProbabilities) return found;
      return { ...answerMetrics(confusionOf(classes, actual, answered(), counts), classes, rows), ...found };
    },
  };
}

/** Worked out when first asked for, then kept. */
function lazy<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Over the classes whose area is defined; one half, a coin's, where there is none. */
function meanArea(rankings: Ranking[], counts: Int32Array): number {
  const areas = rankings.map((ranking) => areaUnderRoc(ranking, counts));
  const defined = areas.filter((area) => area !== undefined);
  return defined.length === 0 ? 0.5 : mean(defined);
}

/** Rows by actual class (row) and answered class (column), row-major. */
export function confusionOf(
  classes: number,
  actual: Float64Array,
  answered: Int32Array,
  counts: Int32Array,
): Float64Array {
  const confusion = new Float64Array(classes * classes);
  for (let row = 0; row < answered.length; row++)
    confusion[actual[row] * classes + answered[row]] += counts[row];
  return confusion;
}

interface ClassScores {
  /** Rows of the class, and rows that were answered with it. */
  support: number;
  answered: number;
  precision: number;
  recall: number;
  f1: number;
  /** Recall counts four times what precision does (van Rijsbergen 1979). */
  f2: number;
}

/** Precision, recall, F1 and F2 of each class, from a confusion matrix. */
export function scoresByClass(confusion: Float64Array, classes: number): ClassScores[] {
  return Array.from({ length: classes }, (_, k) => {
    let support = 0;
    let answered = 0;
    for (let other = 0; other < classes; other++) {
      support += confusion[k * classes + other];
      answered += confusion[other * classes + k];
    }
    const hits = confusion[k * classes + k];
    return {
      support,
      answered,
      precision: share(hits, answered),
      recall: share(hits, support),
      f1: share(2 * hits, support + answered),
      f2: share(5 * hits, 4 * support + answered),
    };
  });
}

/** Mean recall of the classes that have rows. */
export const balancedAccuracy = (scores: ClassScores[]): number =>
  mean(scores.filter(({ support }) => support > 0).map(({ recall }) => recall));

function answerMetrics(confusion: Float64Array, classes: number, rows: number): MetricValues {
  const scores = scoresByClass(confusion, classes);
  const seen = scores.filter(({ support, answered }) => support + answered > 0);
  let hits = 0;
  for (let k = 0; k < classes; k++) hits += confusion[k * classes + k];
  return {
    accuracy: hits / rows,
    balancedAccuracy: balancedAccuracy(scores),
    macroF1: mean(seen.map(({ f1 }) => f1)),
    weightedF1: scores.reduce((sum, { f1, support }) => sum + f1 * support, 0) / rows,
    macroPrecision: mean(seen.map(({ precision }) => precision)),
    macroRecall: mean(seen.map(({ recall }) => recall)),
  };
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Minus the logarithm of the probability of what came true, in nats. */
function logLosses(probabilities: Float64Array, classes: number, actual: Float64Array): Float64Array {
  const { EPSILON } = Number;
  return actual.map(
    (k, row) => -Math.log(Math.min(1 - EPSILON, Math.max(EPSILON, probabilities[row * classes + k]))),
  );
}

/** Squared distance from the row's probabilities to what came true, 0..2. */
function brierTerms(probabilities: Float64Array, classes: number, actual: Float64Array): Float64Array {
  return actual.map((truth, row) => {
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += (probabilities[row * classes + k] - Number(k === truth)) ** 2;
    return sum;
  });
}

function weightedSum(terms: Float64Array, counts: Int32Array): number {
  let sum = 0;
  for (let row = 0; row < terms.length; row++) sum += counts[row] * terms[row];
  return sum;
}
