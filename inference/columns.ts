export interface ModelInput {
  name: string;
  kind: 'number' | 'text';
}
/** Values per input: a missing number is NaN, a missing text ''. */
export type Columns = Record<string, Float64Array | string[]>;

/** @throws RangeError where a column is absent, of the other kind, not `rows` long, or holds a text that is none. */
export function checkColumns(inputs: ModelInput[], columns: Columns, rows: number): void {
  for (const { name, kind } of inputs) {
    const column = columns[name];
    const fits =
      kind === 'text'
        ? Array.isArray(column) && column.every((value) => typeof value === 'string')
        : column instanceof Float64Array;
    if (!fits || column.length !== rows)
      throw new RangeError(`the model needs the ${kind} column "${name}" with ${rows} rows`);
  }
}
