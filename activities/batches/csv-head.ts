import { open } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { RelevoError, showValue } from '../../contracts/errors.ts';

const headBytes = 64 * 1024;
const delimiters = [',', ';', '\t', '|'] as const;

/** How a CSV file is written, as its first line says. */
export interface CsvHead {
  delimiter: string;
  names: string[];
}

/** Reads names and delimiter: of those known, the one that divides the first line into most cells. */
export async function readCsvHead(path: string): Promise<CsvHead> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(headBytes) });
    return csvHead(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** @throws RelevoError SOURCE_ROW_MALFORMED where the beginning of a file is no header */
export function csvHead(beginning: Buffer): CsvHead {
  const heads = delimiters.map((delimiter) => ({ delimiter, names: namesOf(beginning, delimiter) }));
  const [best] = heads.sort((a, b) => b.names.length - a.names.length);
  const repeated = best.names.find((name, at) => best.names.indexOf(name) !== at);
  if (best.names.length > 0 && best.names.every((name) => name !== '') && repeated === undefined) return best;
  const what = repeated === undefined ? 'has columns without a name' : `names ${showValue(repeated)} twice`;
  throw new RelevoError('SOURCE_ROW_MALFORMED', `The header of the CSV ${what}.`, {
    field: 'body',
    expected: 'a first line with a name for each column',
  });
}

function namesOf(beginning: Buffer, delimiter: string): string[] {
  try {
    const [names = []]: string[][] = parse(beginning, {
      delimiter,
      bom: true,
      to: 1,
      relax_column_count: true,
    });
    return names.map((name) => name.trim());
  } catch {
    return [];
  }
}
