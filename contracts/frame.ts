/**
 * Columns of rows in memory: what `data` reads from Parquet parts and `models` learns from.
 * A missing number is NaN; a missing text is code -1.
 */
export interface NumberSeries {
  kind: 'number';
  values: Float64Array;
}
export interface TextSeries {
  kind: 'text';
  /** Index into `dictionary` per row; -1 where missing. */
  codes: Int32Array;
  dictionary: string[];
}
export type Series = NumberSeries | TextSeries;

export interface Frame {
  rows: number;
  /** Stable ids of the rows within their dataset; safe integers. */
  rowIds: Float64Array;
  columns: Record<string, Series>;
}

/** A dense table of numbers, row-major, `rows × names.length`; NaN is missing. */
export interface Matrix {
  rows: number;
  names: string[];
  data: Float64Array;
}

const take = (series: Series, rows: ArrayLike<number>): Series => {
  if (series.kind === 'number') {
    const values = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) values[i] = series.values[rows[i]];
    return { kind: 'number', values };
  }
  const codes = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) codes[i] = series.codes[rows[i]];
  return { kind: 'text', codes, dictionary: series.dictionary };
};

/** The rows at the given positions, in that order. */
export function selectRows(frame: Frame, positions: ArrayLike<number>): Frame {
  const rowIds = new Float64Array(positions.length);
  for (let i = 0; i < positions.length; i++) rowIds[i] = frame.rowIds[positions[i]];
  const columns = Object.fromEntries(
    Object.entries(frame.columns).map(([name, series]) => [name, take(series, positions)]),
  );
  return { rows: positions.length, rowIds, columns };
}
