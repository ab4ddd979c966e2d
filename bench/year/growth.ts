import { median } from '../lib/report.ts';

/** A figure after so many runs. */
export interface Reading {
  runs: number;
  value: number;
}

export interface Growth {
  /** Medians of the first and of the last quarter of what was judged. */
  early: number;
  late: number;
  /** Theil and Sen's slope, and the ends of its 95 % interval; null where there are too few readings for one. */
  per100Runs: number;
  low: number | null;
  high: number | null;
}

const z = 1.96;

/**
 * How a figure went over the second half of the readings: the first is warm-up, in which caches fill. The interval is
 * Sen's, by Kendall's variance.
 * @param readings by rising runs.
 */
export function growthOf(readings: readonly Reading[]): Growth {
  const judged = readings.slice(readings.length >> 1);
  const n = judged.length;
  const quarter = Math.max(1, n >> 2);
  const valuesOf = (some: typeof judged): number => median(some.map(({ value }) => value));
  const slopes = judged
    .flatMap((a, i) => judged.slice(i + 1).map((b) => (100 * (b.value - a.value)) / (b.runs - a.runs)))
    .sort((a, b) => a - b);
  const reach = z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const lowAt = Math.floor((slopes.length - reach) / 2);
  return {
    early: valuesOf(judged.slice(0, quarter)),
    late: valuesOf(judged.slice(-quarter)),
    per100Runs: slopes.length === 0 ? 0 : median(slopes),
    low: slopes[lowAt] ?? null,
    high: slopes[slopes.length - 1 - lowAt] ?? null,
  };
}
