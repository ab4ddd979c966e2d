import type { DriftReport } from '../contracts/drift.ts';

/** Row ids at which something changed, by a check's columns and its detectors of errors; rising. */
export function changePoints({ columns, streams }: Pick<DriftReport, 'columns' | 'streams'>): number[] {
  const moved = columns.flatMap(({ sinceRowId, verdict }) =>
    verdict === 'drift' && sinceRowId !== undefined ? [sinceRowId] : [],
  );
  // Alarms over what clients were answered go by the outcomes' numbers.
  const ofData = streams.filter(({ series }) => !series.startsWith('served'));
  const alarms = ofData.flatMap((stream) => stream.alarms.slice(-1));
  return [...new Set([...moved, ...alarms])].sort((a, b) => a - b);
}

/** Standard errors from which on a two-sided test at 5 % finds a difference with 80 % power. */
const reach = 1.959964 + 0.841621;
/** Of what a change has cost: a challenger that has seen few rows since need not undo it all to be worth having. */
const undone = 0.5;

/**
 * Test rows that show a challenger to be better which undoes half of what a change has cost the champion: where many of
 * its answers went wrong, few do. Undefined where a check has not seen it err more.
 * Source: the sample size of a test of two means, (z₁₋α/₂ + z₁₋β)² · variance / difference².
 */
export function rowsToShow({ performance }: Pick<DriftReport, 'performance'>): number | undefined {
  const { since } = performance ?? {};
  if (since === undefined || since.rise <= 0) return undefined;
  return Math.ceil(((reach * since.deviation) / (undone * since.rise)) ** 2);
}
