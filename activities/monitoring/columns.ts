import type { Frame, Series } from '../../contracts/frame.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { ColumnPair, LossRows, Values } from '../../data/drift/check/index.ts';
import type { Answers } from './answers.ts';

/** Names under which what the champion says is watched. */
export const answerColumns = ['prediction', 'residual'] as const;

/** Columns to watch: the data's, and which of the champion's. Moments always move, so that they are left out. */
export function watchedColumns(spec: PipelineSpec): {
  data: string[];
  answers: ('prediction' | 'residual')[];
} {
  const isStored = (name: string) => Object.hasOwn(spec.columns, name);
  const { columns } = spec.drift;
  if (columns)
    return {
      data: columns.filter((name) => isStored(name) || !isAnswer(name)),
      answers: answerColumns.filter((name) => columns.includes(name) && !isStored(name)),
    };
  const data = [...spec.inputs, spec.target].filter((name) => spec.columns[name].kind !== 'timestamp');
  return { data, answers: [...answerColumns] };
}

const isAnswer = (name: string): boolean => (answerColumns as readonly string[]).includes(name);

/** A column as the drift check takes it, not copied: NaN and codes below 0 are missing. */
export const valuesOf = (series: Series): Values =>
  series.kind === 'number' ? series.values : { codes: series.codes, labels: series.dictionary };

const kindOf = (values: Values): ColumnPair['kind'] =>
  values instanceof Float64Array ? 'number' : 'category';

/** Columns of the data on both sides; one that the reference does not have, or has of another kind, is left out. */
export function dataPairs(
  spec: PipelineSpec,
  names: string[],
  reference: Frame,
  current: Frame,
): ColumnPair[] {
  return names.flatMap((column): ColumnPair[] => {
    const [was, is] = [reference.columns[column], current.columns[column]];
    if (was === undefined || is === undefined || was.kind !== is.kind) return [];
    const role = column === spec.target ? 'target' : 'input';
    const values = valuesOf(is);
    return [{ column, role, kind: kindOf(values), reference: valuesOf(was), current: values }];
  });
}

/** The champion's answers on its held-out rows against those on the current rows. */
export function answerPairs(
  names: readonly ('prediction' | 'residual')[],
  heldOut: Answers,
  current: Answers,
): ColumnPair[] {
  return names.map((name) => {
    const [reference, now] = [heldOut[name], current[name]];
    return { column: name, role: name, kind: kindOf(now), reference, current: now };
  });
}

/** The champion's losses beside the inputs of the same rows, rows without a loss left out. */
export function lossRowsOf(names: string[], frame: Frame, { loss }: Answers): LossRows {
  const known: number[] = [];
  for (const [row, value] of loss.entries()) if (!Number.isNaN(value)) known.push(row);
  const inputs: Record<string, Values> = {};
  for (const name of names) {
    const series = frame.columns[name];
    if (series === undefined) continue;
    inputs[name] =
      series.kind === 'number'
        ? Float64Array.from(known, (row) => series.values[row])
        : { codes: Int32Array.from(known, (row) => series.codes[row]), labels: series.dictionary };
  }
  return { loss: Float64Array.from(known, (row) => loss[row]), inputs };
}
