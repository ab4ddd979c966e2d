import { open } from 'node:fs/promises';
import type { BatchFormat, BatchInput } from '../../contracts/batch.ts';
import { classesOf, type PipelineSpec } from '../../contracts/pipeline.ts';
import { throwIfAborted } from '../../data/duckdb.ts';
import type { ModelAnswer } from '../../inference/session.ts';
import { type AnsweredChunk, predictionIds } from './log.ts';

/** A result's cells by column; absent ones are left out of NDJSON and empty in CSV. */
type Cell = string | number | undefined;

/** Columns of a batch's results, in order, with their types in Parquet; `id` is the prediction's in the log. */
export function resultColumns(
  { log }: Pick<BatchInput, 'log'>,
  spec: PipelineSpec,
): Record<string, 'BIGINT' | 'VARCHAR' | 'DOUBLE'> {
  const answer =
    spec.task === 'classification'
      ? {
          label: 'VARCHAR' as const,
          ...Object.fromEntries(classesOf(spec).map((name) => [probabilityColumn(name), 'DOUBLE' as const])),
        }
      : {
          value: 'DOUBLE' as const,
          ...(spec.interval && { low: 'DOUBLE' as const, high: 'DOUBLE' as const }),
        };
  const id = log && { id: 'VARCHAR' as const };
  const moment = spec.forecast && ({ at: 'VARCHAR', from: 'VARCHAR', intervalsAhead: 'BIGINT' } as const);
  return { row: 'BIGINT', key: 'VARCHAR', ...id, ...moment, ...answer, error: 'VARCHAR' };
}

const probabilityColumn = (label: string): string => `probability_${label}`;

/** What a chunk is written as: Parquet is made of the whole. */
export const chunkFormat = (results: BatchFormat): 'csv' | 'ndjson' => (results === 'csv' ? 'csv' : 'ndjson');

/** The first line of CSV; nothing for others. */
export const headOf = (batch: Pick<BatchInput, 'results' | 'log'>, spec: PipelineSpec): string =>
  batch.results === 'csv' ? `${Object.keys(resultColumns(batch, spec)).map(csvCell).join(',')}\n` : '';

const linesPerWrite = 2_000;

/** Writes a line per row, a few milliseconds at a time. */
export async function writeLines(
  path: string,
  batch: Pick<BatchInput, 'results' | 'log'>,
  { spec, chunk, answers, answered, firstRow, moments }: AnsweredChunk,
  signal: AbortSignal,
): Promise<void> {
  const format = chunkFormat(batch.results);
  const names = Object.keys(resultColumns(batch, spec));
  const answerOf = answerReader(spec, answers);
  const idOf = batch.log && predictionIds(batch.log);
  const lineOf = (at: number): string => {
    const row = firstRow + at;
    const said =
      answered[at] === 1
        ? { id: idOf?.(row), ...moments?.[at], ...answerOf(at) }
        : { error: chunk.faults.get(at) ?? 'the model has no finite answer for these values' };
    const cells: Record<string, Cell> = { row, key: chunk.keys?.[at] ?? undefined, ...said };
    return format === 'csv' ? names.map((name) => csvCell(cells[name])).join(',') : JSON.stringify(cells);
  };
  const file = await open(path, 'wx');
  try {
    for (let start = 0; start < chunk.rows; start += linesPerWrite) {
      throwIfAborted(signal);
      const length = Math.min(linesPerWrite, chunk.rows - start);
      const lines = Array.from({ length }, (_, at) => `${lineOf(start + at)}\n`);
      await file.writeFile(lines.join(''));
    }
  } finally {
    await file.close();
  }
}

/** Reads a row's answer as cells. */
function answerReader(
  spec: PipelineSpec,
  { prediction, width, label, interval }: ModelAnswer,
): (row: number) => Record<string, Cell> {
  const classes = classesOf(spec);
  return (row) => {
    const bounds = interval && { low: interval[2 * row], high: interval[2 * row + 1] };
    if (spec.task === 'regression') return { value: prediction[row], ...(spec.interval && bounds) };
    const probabilities = classes.map((name, k) => [probabilityColumn(name), prediction[row * width + k]]);
    return { label: label?.[row], ...Object.fromEntries(probabilities) };
  };
}

function csvCell(cell: Cell): string {
  const text = cell === undefined ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
