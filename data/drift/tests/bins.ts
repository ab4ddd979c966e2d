import type { NumericSample } from '../../../contracts/detector.ts';

const binCount = 10;

/**
 * Shares of both sides in ten bins between the deciles of the reference (linear quantiles, as numpy has them; equal
 * deciles make one edge). A bin takes its lower edge. The outermost bins are open.
 */
export function decileShares(reference: NumericSample, current: NumericSample): [number, number][] {
  const edges = new Set(
    Array.from({ length: binCount - 1 }, (_, i) => quantile(reference.sorted, (i + 1) / binCount)),
  );
  const ofReference = sharesBetween(reference.sorted, [...edges]);
  const ofCurrent = sharesBetween(current.sorted, [...edges]);
  return ofReference.map((share, i) => [share, ofCurrent[i]]);
}

function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  const [a, b, weight] = [sorted[low], sorted[high], place - low];
  return weight < 0.5 ? a + (b - a) * weight : b - (b - a) * (1 - weight);
}

function sharesBetween(sorted: Float64Array, edges: number[]): number[] {
  const ends = [...edges.map((edge) => countBelow(sorted, edge)), sorted.length];
  return ends.map((end, i) => (end - (i === 0 ? 0 : ends[i - 1])) / sorted.length);
}

function countBelow(sorted: Float64Array, edge: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < edge) low = middle + 1;
    else high = middle;
  }
  return low;
}
