import type { Frame, Series } from '../../contracts/frame.ts';
import type { Split } from '../../contracts/refs.ts';

/** Shares of the rows that nobody has learned, and bounds on them: few vouch for nothing, many cost what they teach. */
const sides = {
  test: { share: 0.25, least: 50, most: 2_000 },
  validation: { share: 0.2, least: 30, most: 1_000 },
};
/**
 * Where something has changed, the sides are shares of what came since, or of so many newest rows: a challenger that
 * is judged on all that is new would have learned what held before the change.
 */
const leastRecent = 800;
/** Fewest new rows that are left to learn from. */
const leastFresh = 20;
export const leastNew = sides.test.least + sides.validation.least + leastFresh;

export interface Division extends Split {
  /** Those of the training rows that the model has not learned. */
  fresh: number[];
}
export interface DivisionTask {
  /** The target, and `_trainOnly` where there is one. */
  frame: Frame;
  target: string;
  learned: Float64Array;
  classes: string[];
  /** From this row id on the data is another; absent where no change is known. */
  sinceRowId?: number;
}

/** The sides by the rules of `divideByArrival`; how many rows are new where they are too few. */
export function divideRows({
  frame,
  target,
  learned,
  classes,
  sinceRowId,
}: DivisionTask): Division | { newRows: number } {
  const known = new Set(learned);
  const isLabelled = labels(frame.columns[target], classes);
  const flags = frame.columns._trainOnly;
  const isTrainOnly = (row: number) => flags?.kind === 'number' && flags.values[row] === 1;
  const rows = Array.from({ length: frame.rows }, (_, row) => row)
    .filter(isLabelled)
    .sort((a, b) => frame.rowIds[a] - frame.rowIds[b]);
  const idOf = (row: number) => frame.rowIds[row];
  const firstLearned = rows.find((row) => known.has(idOf(row)));
  const oldest = firstLearned === undefined ? Number.NEGATIVE_INFINITY : idOf(firstLearned);
  const isNew = (row: number) => idOf(row) > oldest && !known.has(idOf(row));
  const unseen = rows.filter((row) => isNew(row) && !isTrainOnly(row));
  if (unseen.length < leastNew) return { newRows: unseen.length };
  const since = sinceRowId === undefined ? unseen : unseen.filter((row) => idOf(row) >= sinceRowId);
  const recent = Math.min(unseen.length, Math.max(leastRecent, since.length));
  const firstTest = unseen.length - sizeOf(sides.test, recent);
  const test = unseen.slice(firstTest).map(idOf);
  const firstValidation = firstTest - sizeOf(sides.validation, recent);
  const validation = unseen.slice(firstValidation, firstTest).map(idOf);
  const held = new Set([...test, ...validation]);
  const train = rows.filter(
    (row) => !held.has(idOf(row)) && !(isTrainOnly(row) && idOf(row) > validation[0]),
  );
  return { train: train.map(idOf), fresh: train.filter(isNew).map(idOf), validation, test };
}

const sizeOf = ({ share, least, most }: (typeof sides)['test'], rows: number): number =>
  Math.min(most, Math.max(least, Math.round(rows * share)));

function labels(series: Series, classes: string[]): (row: number) => boolean {
  if (series.kind === 'number') return (row) => Number.isFinite(series.values[row]);
  const known = series.dictionary.map((value) => classes.includes(value));
  return (row) => known[series.codes[row]] ?? false;
}
