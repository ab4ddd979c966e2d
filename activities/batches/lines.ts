import { open } from 'node:fs/promises';
import type { BatchFormat } from '../../contracts/batch.ts';
import { classesOf, type PipelineSpec } from '../../contracts/pipeline.ts';
import { throwIfAborted } from '../../data/duckdb.ts';
import type { ModelAnswer } from '../../inference/session.ts';
import type { ChunkRows } from './rows.ts';

/** A result's cells by column; absent ones are left out of NDJSON and empty in CSV. */
type Cell = string | number | undefined;

/** Columns of the results, in order, with their types in Parquet. */
export function resultColumns(spec: PipelineSpec): Record<string, 'BIGINT' | 'VARCHAR' | 'DOUBLE'> {
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
  return { row: 'BIGINT', key: 'VARCHAR', ...answer, error: 'VARCHAR' };
}

const probabilityColumn = (label: string): string => `probability_${label}`;

/** What a chunk is written as: Parquet is made of the whole. */
export const chunkFormat = (results: BatchFormat): 'csv' | 'ndjson' => (results === 'csv' ? 'csv' : 'ndjson');

/** The first line of CSV; nothing for others. */
export const headOf = (results: BatchFormat, spec: PipelineSpec): string =>
  results === 'csv' ? `${Object.keys(resultColumns(spec)).map(csvCell).join(',')}\n` : '';

const linesPerWrite = 2_000;

/** Writes a line per row, a few milliseconds at a time; gives how many rows have no answer. */
export async function writeLines(
  path: string,
  format: 'csv' | 'ndjson',
  spec: PipelineSpec,
  input: { chunk: ChunkRows; answers: ModelAnswer; firstRow: number; signal: AbortSignal },
): Promise<number> {
  const { chunk, firstRow, signal } = input;
  const names = Object.keys(resultColumns(spec));
  const answerOf = answerReader(spec, input.answers);
  let refused = 0;
  const lineOf = (at: number): string => {
    const answer = chunk.faults.has(at) ? undefined : answerOf(at);
    if (answer === undefined) refused++;
    const cells: Record<string, Cell> = {
      row: firstRow + at,
      key: chunk.keys?.[at] ?? undefined,
      ...(answer ?? { error: chunk.faults.get(at) ?? 'the model has no finite answer for these values' }),
    };
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
  return refused;
}

/** A row's answer as cells; undefined where any number of it is not finite. */
function answerReader(
  spec: PipelineSpec,
  { prediction, width, label, interval }: ModelAnswer,
): (row: number) => Record<string, Cell> | undefined {
  const classes = classesOf(spec);
  const cellsOf = (row: number): Record<string, Cell> => {
    const bounds = interval && { low: interval[2 * row], high: interval[2 * row + 1] };
    if (spec.task === 'regression') return { value: prediction[row], ...(spec.interval && bounds) };
    const probabilities = classes.map((name, k) => [probabilityColumn(name), prediction[row * width + k]]);
    return { label: label?.[row], ...Object.fromEntries(probabilities) };
  };
  return (row) => {
    const cells = cellsOf(row);
    const answered = Object.values(cells).every((cell) => typeof cell !== 'number' || Number.isFinite(cell));
    return answered ? cells : undefined;
  };
}

function csvCell(cell: Cell): string {
  const text = cell === undefined ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
