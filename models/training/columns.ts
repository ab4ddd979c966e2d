import type { Frame, Series, TextSeries } from '../../contracts/frame.ts';

/**
 * A frame's rows from `start` up to `end` (all, unless told) as a model's inputs: missing numbers NaN, missing texts ''.
 * @throws RangeError where the frame lacks a column.
 */
export function rawColumns(
  frame: Frame,
  names: string[],
  start = 0,
  end = frame.rows,
): Record<string, Float64Array | string[]> {
  return Object.fromEntries(
    names.map((name) => {
      const series = columnOf(frame, name);
      const cells = series.kind === 'number' ? series.values.subarray(start, end) : texts(series, start, end);
      return [name, cells];
    }),
  );
}

const texts = ({ codes, dictionary }: TextSeries, start: number, end: number): string[] =>
  Array.from(codes.subarray(start, end), (code) => (code < 0 ? '' : dictionary[code]));

/** @throws RangeError where the frame lacks the column. */
export function columnOf(frame: Frame, name: string): Series {
  if (Object.hasOwn(frame.columns, name)) return frame.columns[name];
  throw new RangeError(`the frame has no column "${name}"`);
}
