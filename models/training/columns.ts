import type { Frame, TextSeries } from '../../contracts/frame.ts';

/** A frame's columns as a model's inputs: missing numbers NaN, missing texts ''. */
export function rawColumns(frame: Frame, names: string[]): Record<string, Float64Array | string[]> {
  return Object.fromEntries(
    names.map((name) => {
      if (!Object.hasOwn(frame.columns, name)) throw new RangeError(`the frame has no column "${name}"`);
      const series = frame.columns[name];
      return [name, series.kind === 'number' ? series.values : texts(series)];
    }),
  );
}

const texts = ({ codes, dictionary }: TextSeries): string[] =>
  Array.from(codes, (code) => (code < 0 ? '' : dictionary[code]));
