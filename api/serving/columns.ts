import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { InferenceModel } from '../../inference/session.ts';

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

export function inputLayout(spec: PipelineSpec): InputLayout {
  const isNumber = (name: string): boolean => spec.columns[name].kind === 'number';
  return {
    numbers: spec.inputs.filter(isNumber),
    texts: spec.inputs.filter((name) => !isNumber(name)),
  };
}

export const createColumns = (layout: InputLayout, capacity: number): InputColumns => ({
  numbers: layout.numbers.map(() => new Float64Array(capacity)),
  texts: layout.texts.map(() => []),
});

/**
 * Vector instructions work on eight doubles at a time and may round a sine otherwise than the scalar code that
 * takes what is left over, so a row's answer would depend on its neighbours. Models see whole eights only.
 */
const vectorRows = 8;
export const wholeVectors = (rows: number): number => Math.ceil(rows / vectorRows) * vectorRows;

/**
 * Runs the rows from `start` up to `end`, filled up to whole vectors with copies of the first; the columns need
 * room for those behind `end`, which are overwritten. The answer has a value per row, then those of the copies.
 */
export function predictRows(
  model: InferenceModel,
  layout: InputLayout,
  columns: InputColumns,
  start: number,
  end: number,
): Promise<Float64Array> {
  const filled = start + wholeVectors(end - start);
  const feeds: Record<string, Float64Array | string[]> = {};
  for (let i = 0; i < layout.numbers.length; i++) {
    const cells = columns.numbers[i];
    if (filled > end) cells.fill(cells[start], end, filled);
    feeds[layout.numbers[i]] = cells.subarray(start, filled);
  }
  for (let i = 0; i < layout.texts.length; i++) {
    const cells = columns.texts[i];
    for (let row = end; row < filled; row++) cells[row] = cells[start];
    feeds[layout.texts[i]] = cells.slice(start, filled);
  }
  return model.predict(feeds, filled - start);
}
