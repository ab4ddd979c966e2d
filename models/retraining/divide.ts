import { RelevoError } from '../../contracts/errors.ts';
import type { Frame, Series } from '../../contracts/frame.ts';
import type { Split } from '../../contracts/refs.ts';

/** Shares of the rows that nobody has learned, and bounds on them: few vouch for nothing, many cost what they teach. */
const sides = {
  test: { share: 0.25, least: 50, most: 2_000 },
  validation: { share: 0.2, least: 30, most: 2_000 },
};
/** Fewest new rows that are left to learn from. */
const leastFresh = 20;

export interface Division extends Split {
  /** Those of the training rows that the model has not learned. */
  fresh: number[];
}

/**
 * Divides rows by their arrival (ascending row id), so that the newest that the model has not learned are tested and
 * those before them validate. Rows without a label are on no side, those with `_trainOnly` are neither tested nor
 * validate, and what is older than all that the model has learned does not count as new.
 * @param learned ids of rows that the model has learned.
 * @param classes of a classification; empty for a regression.
 * @throws RelevoError RETRAIN_IMPOSSIBLE where fewer than 100 new labelled rows are there.
 */
export function divideByArrival(
  frame: Frame,
  target: string,
  learned: ReadonlySet<number>,
  classes: string[],
): Division {
  const isLabelled = labels(frame.columns[target], classes);
  const flags = frame.columns._trainOnly;
  const isTrainOnly = (row: number) => flags?.kind === 'number' && flags.values[row] === 1;
  const rows = Array.from({ length: frame.rows }, (_, row) => row)
    .filter(isLabelled)
    .sort((a, b) => frame.rowIds[a] - frame.rowIds[b]);
  const idOf = (row: number) => frame.rowIds[row];
  const firstLearned = rows.find((row) => learned.has(idOf(row)));
  const oldest = firstLearned === undefined ? Number.NEGATIVE_INFINITY : idOf(firstLearned);
  const isNew = (row: number) => idOf(row) > oldest && !learned.has(idOf(row));
  const unseen = rows.filter((row) => isNew(row) && !isTrainOnly(row));
  const [tested, validating] = sizesFor(unseen.length);
  const firstTest = unseen.length - tested;
  const test = unseen.slice(firstTest).map(idOf);
  const validation = unseen.slice(firstTest - validating, firstTest).map(idOf);
  const held = new Set([...test, ...validation]);
  const train = rows.filter(
    (row) => !held.has(idOf(row)) && !(isTrainOnly(row) && idOf(row) > validation[0]),
  );
  return { train: train.map(idOf), fresh: train.filter(isNew).map(idOf), validation, test };
}

function sizesFor(rows: number): [test: number, validation: number] {
  const needed = sides.test.least + sides.validation.least + leastFresh;
  if (rows < needed)
    throw new RelevoError(
      'RETRAIN_IMPOSSIBLE',
      `${rows} labelled rows are new to the champion: too few to learn from and to be judged on`,
      {
        field: 'rows',
        value: rows,
        expected: `at least ${needed} rows that the champion has not learned`,
        remedy: 'Ingest more rows first.',
      },
    );
  const size = ({ share, least, most }: (typeof sides)['test']) =>
    Math.min(most, Math.max(least, Math.round(rows * share)));
  return [size(sides.test), size(sides.validation)];
}

function labels(series: Series, classes: string[]): (row: number) => boolean {
  if (series.kind === 'number') return (row) => Number.isFinite(series.values[row]);
  const known = series.dictionary.map((value) => classes.includes(value));
  return (row) => known[series.codes[row]] ?? false;
}
