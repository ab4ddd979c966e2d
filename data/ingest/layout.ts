import { open } from 'node:fs/promises';
import type { CategoryColumn, NumberColumn, TimestampColumn } from '../../contracts/columns.ts';
import { RelevoError } from '../../contracts/errors.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { readHeader } from '../sources/header.ts';
import { scanRow } from '../sources/scan.ts';
import { lineColumn } from '../sources/writer.ts';

/** One column of the pipeline, and the SQL names under which its cells go through an ingest. */
export interface LayoutColumn {
  name: string;
  column: NumberColumn | CategoryColumn | TimestampColumn;
  /** Text as it arrived. */
  raw: string;
  /** Typed cell, NULL where missing; a timestamp as epoch seconds. */
  cell: string;
  /** Why a cell is NULL: 0 it is not, else a code of `verdicts`. */
  verdict: string;
  /** Bounds of a number's or timestamp's cell. */
  lo: string;
  hi: string;
}

export interface Layout {
  /** Names in the file's header, the staging's line column left out; `raw0`, `raw1`, … in SQL. */
  fileColumns: string[];
  /** Whether rows lead with their line in the source file. */
  numbered: boolean;
  columns: LayoutColumn[];
}

export const verdicts = { missing: 1, unreadable: 2, range: 3 } as const;

const longestHeaderBytes = 1024 * 1024;

/** Matches a file's header with the pipeline's columns. @throws RelevoError SOURCE_HEADER_CHANGED, SOURCE_TRUNCATED */
export async function readLayout(csvPath: string, delimiter: string, spec: PipelineSpec): Promise<Layout> {
  const names = readHeader(await headerLine(csvPath, delimiter), delimiter, spec.name);
  const numbered = names[0] === lineColumn;
  const fileColumns = numbered ? names.slice(1) : names;
  checkColumns(fileColumns, spec);
  const columns: LayoutColumn[] = [];
  for (const [name, column] of Object.entries(spec.columns)) {
    if (column.kind === 'ignored') continue;
    const k = columns.length;
    const raw = `raw${fileColumns.indexOf(name)}`;
    columns.push({ name, column, raw, cell: `c${k}`, verdict: `w${k}`, lo: `lo${k}`, hi: `hi${k}` });
  }
  return { fileColumns, numbered, columns };
}

/**
 * The column of that name.
 * @throws RelevoError PIPELINE_INVALID where the pipeline does not read one.
 */
export const layoutColumn = (layout: Layout, name: string): LayoutColumn => {
  const found = layout.columns.find((column) => column.name === name);
  if (found) return found;
  throw new RelevoError('PIPELINE_INVALID', `The column "${name}" is not one that the pipeline reads`, {
    field: name,
  });
};

async function headerLine(csvPath: string, delimiter: string): Promise<Uint8Array> {
  const file = await open(csvPath, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(longestHeaderBytes), 0, longestHeaderBytes, 0);
    const bytes = buffer.subarray(0, bytesRead);
    const scanned = scanRow(bytes, 0, delimiter.charCodeAt(0));
    const row = 'row' in scanned ? scanned.row : scanned.unfinished.row;
    if (row.end > row.start) return bytes.subarray(row.start, row.end);
    throw new RelevoError('SOURCE_TRUNCATED', 'The batch has no header line', { where: 'line 1' });
  } finally {
    await file.close();
  }
}

function checkColumns(fileColumns: string[], spec: PipelineSpec): void {
  const declared = Object.keys(spec.columns);
  const missing = declared.filter(
    (name) => spec.columns[name].kind !== 'ignored' && !fileColumns.includes(name),
  );
  const extra = fileColumns.filter((name) => !Object.hasOwn(spec.columns, name));
  if (missing.length + extra.length === 0) return;
  const say = (what: string, names: string[]) => (names.length > 0 ? [`${what} ${names.join(', ')}`] : []);
  const difference = [...say('missing', missing), ...say('extra', extra)].join('; ');
  throw new RelevoError(
    'SOURCE_HEADER_CHANGED',
    `The header is not what the pipeline "${spec.name}" reads: ${difference}`,
    {
      field: missing[0] ?? extra[0],
      value: fileColumns.join(', '),
      expected: declared.join(', '),
      where: 'line 1',
      remedy:
        'Mend the source, or declare the column in the pipeline; `ignored()` takes one that it does not read.',
    },
  );
}
