import type { PipelineSpec } from '../../../contracts/pipeline.ts';

/** Names of a pipeline's input columns by the kind of tensor they become. */
export interface InputLayout {
  numbers: string[];
  texts: string[];
}

/** Cells of rows on their way into a model, by column in the layout's order. */
export interface InputColumns {
  numbers: Float64Array[];
  texts: string[][];
}

/** Names of the inputs, numbers and texts apart, each in the pipeline's order. */
export function inputLayout(spec: PipelineSpec): InputLayout {
  const isNumber = (name: string): boolean => spec.columns[name].kind === 'number';
  return {
    numbers: spec.inputs.filter(isNumber),
    texts: spec.inputs.filter((name) => !isNumber(name)),
  };
}

/** Columns for so many rows; numbers are 0 until written, texts empty. */
export const createColumns = (layout: InputLayout, capacity: number): InputColumns => ({
  numbers: layout.numbers.map(() => new Float64Array(capacity)),
  texts: layout.texts.map(() => []),
});

/** The rows from `start` up to `end` as a model takes them. Numbers are views, not copies. */
export function modelFeeds(
  layout: InputLayout,
  columns: InputColumns,
  start: number,
  end: number,
): Record<string, Float64Array | string[]> {
  const feeds: Record<string, Float64Array | string[]> = {};
  for (let i = 0; i < layout.numbers.length; i++) {
    feeds[layout.numbers[i]] = columns.numbers[i].subarray(start, end);
  }
  for (let i = 0; i < layout.texts.length; i++) {
    feeds[layout.texts[i]] = columns.texts[i].slice(start, end);
  }
  return feeds;
}
