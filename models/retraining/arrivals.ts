import type { Frame, Series } from '../../contracts/frame.ts';

/** What a division looks at. */
export interface ArrivedFrame {
  /** The target, and `_trainOnly` where there is one. */
  frame: Frame;
  target: string;
  learned: Float64Array;
  classes: string[];
}

/** Labelled rows by their arrival. */
export interface Arrived {
  /** Positions in the frame by rising row id. */
  rows: number[];
  idOf(row: number): number;
  isTrainOnly(row: number): boolean;
  /** Neither learned nor older than all that was learned. */
  isNew(row: number): boolean;
  /** Not older than all that was learned. */
  isLate(row: number): boolean;
}

export function arrived({ frame, target, learned, classes }: ArrivedFrame): Arrived {
  const known = new Set(learned);
  const isLabelled = labels(frame.columns[target], classes);
  const flags = frame.columns._trainOnly;
  const idOf = (row: number) => frame.rowIds[row];
  const rows = Array.from({ length: frame.rows }, (_, row) => row)
    .filter(isLabelled)
    .sort((a, b) => idOf(a) - idOf(b));
  const firstLearned = rows.find((row) => known.has(idOf(row)));
  const oldest = firstLearned === undefined ? Number.NEGATIVE_INFINITY : idOf(firstLearned);
  const isLate = (row: number) => idOf(row) > oldest;
  return {
    rows,
    idOf,
    isTrainOnly: (row) => flags?.kind === 'number' && flags.values[row] === 1,
    isNew: (row) => isLate(row) && !known.has(idOf(row)),
    isLate,
  };
}

function labels(series: Series, classes: string[]): (row: number) => boolean {
  if (series.kind === 'number') return (row) => Number.isFinite(series.values[row]);
  const known = series.dictionary.map((value) => classes.includes(value));
  return (row) => known[series.codes[row]] ?? false;
}
