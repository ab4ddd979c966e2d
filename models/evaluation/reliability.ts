import { decide } from '../decision/index.ts';

const binCount = 15;

/** Each row's confidence (probability of the likeliest class), its bin, and whether that class came true. */
export interface ConfidenceBins {
  bin: Uint8Array;
  confidence: Float64Array;
  isRight: Uint8Array;
}

/**
 * Sorts rows by confidence into 15 bins of equal width, each closed above.
 * @param probabilities row-major, `classes` a row.
 */
export function binsOf(probabilities: Float64Array, classes: number, actual: Float64Array): ConfidenceBins {
  const likeliest = decide(probabilities, classes);
  const confidence = actual.map((_, row) => probabilities[row * classes + likeliest[row]]);
  const toBin = (value: number): number =>
    Math.min(binCount - 1, Math.max(0, Math.ceil(value * binCount) - 1));
  return {
    bin: Uint8Array.from(confidence, toBin),
    confidence,
    isRight: Uint8Array.from(actual, (truth, row) => Number(truth === likeliest[row])),
  };
}

interface BinSums {
  rows: number;
  /** Sums over the bin's rows. */
  confidence: number;
  right: number;
}

/** Sums of each bin, a row counting as often as `counts` says. */
export function sumBins({ bin, confidence, isRight }: ConfidenceBins, counts: Int32Array): BinSums[] {
  const rows = new Float64Array(binCount);
  const confident = new Float64Array(binCount);
  const right = new Float64Array(binCount);
  for (let row = 0; row < bin.length; row++) {
    const [at, count] = [bin[row], counts[row]];
    rows[at] += count;
    confident[at] += count * confidence[row];
    right[at] += count * isRight[row];
  }
  return Array.from(rows, (inside, at) => ({ rows: inside, confidence: confident[at], right: right[at] }));
}

/**
 * Expected calibration error, 0..1: the mean distance between confidence and accuracy over 15 bins of equal width of
 * the likeliest class's probability, weighted by their rows (Guo et al. 2017, "On calibration of modern neural networks").
 */
export function calibrationError(bins: ConfidenceBins, counts: Int32Array): number {
  const distance = sumBins(bins, counts).reduce(
    (sum, { confidence, right }) => sum + Math.abs(confidence - right),
    0,
  );
  return distance / bins.bin.length;
}
