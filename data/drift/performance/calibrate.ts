import { fitIsotonic, isotonicAt } from './isotonic.ts';

/** Probabilities of labelled rows that the model has not learned from. */
export interface LabelledProbabilities {
  /** rows × width. */
  probabilities: Float64Array;
  width: number;
  /** Class of each row. */
  actual: Int32Array;
}

/** Mean gap of a class's probability and its share, above which probabilities are put right. */
const mostGap = 0.02;
const bins = 10;
/** Rows below which a curve would follow noise. */
const fewestRows = 500;

/**
 * Puts probabilities right by what labelled rows say: one isotonic curve a class, then shares of their sum. Where they
 * are calibrated as they are (gap of at most 0.02), or the labelled rows are few, it leaves them.
 */
export function calibrator(labelled: LabelledProbabilities): (probabilities: Float64Array) => Float64Array {
  const { probabilities, width, actual } = labelled;
  if (actual.length < fewestRows || calibrationGap(labelled) <= mostGap) return (given) => given;
  const curves = Array.from({ length: width }, (_, label) =>
    fitIsotonic(
      Float64Array.from(actual, (_, row) => probabilities[row * width + label]),
      Float64Array.from(actual, (own) => (own === label ? 1 : 0)),
    ),
  );
  return (given) => {
    const levels = given.map((probability, place) => isotonicAt(curves[place % width], probability));
    for (let start = 0; start < levels.length; start += width) {
      const row = levels.subarray(start, start + width);
      const sum = row.reduce((total, level) => total + level, 0);
      for (let label = 0; label < width; label++) row[label] = sum > 0 ? row[label] / sum : 1 / width;
    }
    return levels;
  };
}

/** Gap of a class's mean probability and its share in bins of equal width, over all classes, weighted by rows. */
export function calibrationGap({ probabilities, width, actual }: LabelledProbabilities): number {
  const gaps = new Float64Array(width * bins);
  for (const [row, own] of actual.entries())
    for (let label = 0; label < width; label++) {
      const probability = probabilities[row * width + label];
      const bin = Math.min(bins - 1, Math.floor(probability * bins));
      gaps[label * bins + bin] += probability - (own === label ? 1 : 0);
    }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / (actual.length * width);
}
