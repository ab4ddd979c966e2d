import type { CsvTable } from './csv.ts';
import type { JsonRows } from './read.ts';

export interface InputColumn {
  name: string;
  kind: 'number' | 'category' | 'timestamp';
}

export interface CoercedRows {
  rows: JsonRows;
  /** Columns of the file that the pipeline does not take, such as the target itself. */
  ignored: string[];
}

/** A number as CSV writes it; what is none stays text, so that the API names it. */
function numberCell(text: string): number | string | null {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  const value = Number(trimmed);
  return Number.isFinite(value) && /^[-+.\d]/.test(trimmed) && !/^[-+]?0[xob]/i.test(trimmed)
    ? value
    : trimmed;
}

/** Rows for the API out of a CSV's text: the input columns alone, numbers as numbers, empty cells as missing. */
export function coerceCsv({ header, cells }: CsvTable, inputs: InputColumn[]): CoercedRows {
  const places = inputs.flatMap(({ name, kind }) => {
    const at = header.indexOf(name);
    return at === -1 ? [] : [{ name, kind, at }];
  });
  const rows = cells.map((row) =>
    Object.fromEntries(
      places.map(({ name, kind, at }) => [name, kind === 'number' ? numberCell(row[at]) : row[at] || null]),
    ),
  );
  const known = new Set(inputs.map(({ name }) => name));
  return { rows, ignored: header.filter((name) => !known.has(name)) };
}
