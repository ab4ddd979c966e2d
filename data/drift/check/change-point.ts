const rounds = 4;
const leastRows = 20;
const blocks = 40;

/**
 * Since when rows differ from the reference: the start of the stretch up to the newest row whose cells speak most for
 * the current shares over the reference's, by their summed log-likelihood ratio (E. S. Page's CUSUM, 1954). The
 * current shares are learned anew from that stretch until it stays.
 * @param cells of the current rows, in order.
 * @param reference rows of each cell.
 * @returns index of the first row of the stretch, and whether a rise over time fits better than a step.
 */
export function changePoint(
  cells: Int32Array,
  reference: Float64Array,
): { position: number; isGradual: boolean } {
  let position = 0;
  let scores = logRatios(cells, 0, reference);
  for (let round = 0; round < rounds; round++) {
    const next = startOfLargestSum(cells, scores);
    if (next === position && round > 0) break;
    position = next;
    scores = logRatios(cells, position, reference);
  }
  return { position, isGradual: isGradual(cells, scores) };
}

/** log(current share / reference share) of each cell, over the current rows from `start` on, with half a row more in each. */
function logRatios(cells: Int32Array, start: number, reference: Float64Array): Float64Array {
  const width = reference.length;
  const current = new Float64Array(width);
  for (let i = start; i < cells.length; i++) current[cells[i]]++;
  const total = reference.reduce((sum, count) => sum + count, 0);
  return Float64Array.from(current, (count, cell) => {
    const now = (count + 0.5) / (cells.length - start + width / 2);
    return Math.log((now * (total + width / 2)) / (reference[cell] + 0.5));
  });
}

function startOfLargestSum(cells: Int32Array, scores: Float64Array): number {
  let best = Math.max(0, cells.length - leastRows);
  let largest = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let i = cells.length - 1; i >= 0; i--) {
    sum += scores[cells[i]];
    if (i <= cells.length - leastRows && sum > largest) [largest, best] = [sum, i];
  }
  return best;
}

/** Whether the scores' block means follow a rise from some block on with less squared error than a step. */
function isGradual(cells: Int32Array, scores: Float64Array): boolean {
  const size = Math.floor(cells.length / blocks);
  if (size < 5) return false;
  const means = Float64Array.from({ length: blocks }, (_, block) => {
    let sum = 0;
    for (let i = block * size; i < (block + 1) * size; i++) sum += scores[cells[i]];
    return sum / size;
  });
  const level = (start: number) => (i: number) => (i >= start ? 1 : 0);
  const rise = (start: number) => (i: number) => Math.max(0, i - start);
  return leastError(means, rise) < 0.9 * leastError(means, level);
}

/** Least squared error of a + b·shape(i) over all starts. */
function leastError(means: Float64Array, shape: (start: number) => (i: number) => number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let start = 0; start < means.length - 2; start++) {
    const x = Float64Array.from(means, (_, i) => shape(start)(i));
    least = Math.min(least, lineError(x, means));
  }
  return least;
}

function lineError(x: Float64Array, y: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  let [xx, xy, yy] = [0, 0, 0];
  for (const [i, value] of x.entries()) {
    xx += (value - meanX) ** 2;
    xy += (value - meanX) * (y[i] - meanY);
    yy += (y[i] - meanY) ** 2;
  }
  return xx === 0 ? yy : yy - (xy * xy) / xx;
}
