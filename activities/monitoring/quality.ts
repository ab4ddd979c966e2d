import type { DriftReport } from '../../contracts/drift.ts';
import type { Frame, Series } from '../../contracts/frame.ts';
import type { DatasetReport } from '../../registry/types.ts';

export type Finding = DriftReport['quality'][number];

/** Smallest change of a share that is told, such as that of missing cells. */
const leastChange = 0.02;
/** Standard errors beyond which a share has changed: once in a million by chance, whatever the number of columns. */
const certainty = 5;

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** Whether a share has risen by more than chance and by more than a trifle. */
function hasRisen(before: { hits: number; of: number }, now: { hits: number; of: number }): boolean {
  if (before.of === 0 || now.of === 0) return false;
  const [was, is] = [before.hits / before.of, now.hits / now.of];
  const pooled = (before.hits + now.hits + 1) / (before.of + now.of + 2);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / before.of + 1 / now.of));
  return is - was >= leastChange && is - was > certainty * error;
}

const missingOf = (series: Series): number =>
  series.kind === 'number'
    ? series.values.reduce((count, value) => count + Number(Number.isNaN(value)), 0)
    : series.codes.reduce((count, code) => count + Number(code < 0), 0);

function missingFinding(column: string, reference: Series, current: Series): Finding[] {
  const [was, is] = [reference, current].map((series) => ({ hits: missingOf(series), of: lengthOf(series) }));
  if (!hasRisen(was, is)) return [];
  const message = `${percent(is.hits / is.of)} of the cells are missing, ${percent(was.hits / was.of)} before`;
  return [{ check: 'missing', column, message }];
}

const lengthOf = (series: Series): number =>
  series.kind === 'number' ? series.values.length : series.codes.length;

/** New draws fall outside of n old ones with a chance of 2 in n + 1. */
function rangeFinding(column: string, reference: Float64Array, current: Float64Array): Finding[] {
  let [low, high, known] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const value of reference) {
    if (Number.isNaN(value)) continue;
    known++;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (known === 0) return [];
  const outside = current.reduce((count, value) => count + Number(value < low || value > high), 0);
  if (
    !hasRisen(
      { hits: (2 * current.length) / (known + 1), of: current.length },
      { hits: outside, of: current.length },
    )
  )
    return [];
  const message = `${percent(outside / current.length)} of the values lie outside of ${low} to ${high}, where all were before`;
  return [{ check: 'range', column, message }];
}

/** A category that n rows did not have occurs, with 95 % confidence, in less than 3 of n rows. */
function unseenFinding(column: string, reference: Series, current: Series): Finding[] {
  if (reference.kind !== 'text' || current.kind !== 'text') return [];
  const seen = new Set(Array.from(reference.codes, (code) => reference.dictionary[code]));
  if (reference.codes.length === 0) return [];
  const counts = new Map<string, number>();
  for (const code of current.codes) {
    const value = current.dictionary[code];
    if (value !== undefined && !seen.has(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const expected = (3 * current.codes.length) / reference.codes.length;
  const unseen = [...counts].filter(([, count]) => count > expected + certainty * Math.sqrt(expected));
  if (unseen.length === 0) return [];
  const names = unseen.slice(0, 5).map(([value, count]) => `"${value}" (${count} rows)`);
  return [{ check: 'unseen', column, message: `values that were not there before: ${names.join(', ')}` }];
}

/** What is wrong with the cells of the current rows beside those of the reference. */
export function cellFindings(names: string[], reference: Frame, current: Frame): Finding[] {
  if (reference.rows === 0 || current.rows === 0) return [];
  return names.flatMap((name) => {
    const [was, is] = [reference.columns[name], current.columns[name]];
    if (was === undefined || is === undefined) return [];
    return [
      ...missingFinding(name, was, is),
      ...unseenFinding(name, was, is),
      ...(was.kind === 'number' && is.kind === 'number' ? rangeFinding(name, was.values, is.values) : []),
    ];
  });
}

/** Whether more of the rows read are put aside than when the champion's data was read. */
export function quarantineFindings(before: DatasetReport, now: DatasetReport): Finding[] {
  const [was, is] = [before, now].map(({ rows }) => ({ hits: rows.quarantined, of: rows.read }));
  if (!hasRisen(was, is)) return [];
  const [rule] = Object.entries(now.quarantinedByRule).toSorted(([, a], [, b]) => b - a)[0] ?? ['no rule'];
  const message = `${percent(is.hits / is.of)} of the rows read went to quarantine, ${percent(was.hits / was.of)} before; mostly by ${rule}`;
  return [{ check: 'quarantine', message }];
}

/** How many checks' numbers of new rows are remembered: a week of six-hourly ones. */
export const keptVolumes = 28;
const leastVolumes = 8;

/** Whether fewer rows have come than half of the least, or more than twice the most, of the checks before. */
export function volumeFindings(volumes: readonly number[], now: number): Finding[] {
  if (volumes.length < leastVolumes) return [];
  const [least, most] = [Math.min(...volumes), Math.max(...volumes)];
  if (now >= least / 2 && now <= most * 2) return [];
  const message = `${now} new rows, ${least} to ${most} in the ${volumes.length} checks before`;
  return [{ check: 'volume', message }];
}

const hourMs = 3_600_000;

/** Whether the newest row is older than the pipeline's expectation of freshness allows. */
export function freshnessFinding(
  column: string,
  maxAgeHours: number,
  newestMs: number | undefined,
  nowMs: number,
): Finding[] {
  if (newestMs === undefined) return [];
  const ageHours = (nowMs - newestMs) / hourMs;
  if (!(ageHours > maxAgeHours)) return [];
  const message = `the newest row is ${ageHours.toFixed(1)} hours old, ${maxAgeHours} are allowed`;
  return [{ check: 'freshness', column, message }];
}
