import { CsvError, type Info, parse } from 'csv-parse/sync';
import { RelevoError } from '../../contracts/errors.ts';

export interface CsvTable {
  header: string[];
  /** Cells as they are written; as many as the header has. */
  cells: string[][];
  /** Line of the file that each row ends on, counted from 1. */
  lines: number[];
}

/**
 * Reads CSV text with a header: RFC 4180 quotes, comma or semicolon or tab.
 * @throws RelevoError SOURCE_ROW_MALFORMED, SOURCE_HEADER_CHANGED with the line.
 */
export function parseCsv(text: string, where: string): CsvTable {
  const firstLine = text.slice(0, text.search(/\r?\n|$/));
  const delimiter = [',', ';', '\t'].reduce((best, mark) =>
    firstLine.split(mark).length > firstLine.split(best).length ? mark : best,
  );
  const records = readRecords(text, delimiter, where);
  const [header, ...rows] = records;
  if (header === undefined || rows.length === 0) {
    throw new RelevoError('REQUEST_INVALID', `${where} holds no rows`, {
      where,
      expected: 'a header and at least one row',
    });
  }
  const names = header.record.map((name) => name.trim());
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) {
    throw new RelevoError('SOURCE_HEADER_CHANGED', `${where} names the column "${repeated}" twice`, {
      where: `${where}, line 1`,
      field: repeated,
      expected: 'each column once',
    });
  }
  return {
    header: names,
    cells: rows.map(({ record }) => record),
    lines: rows.map(({ info }) => info.lines),
  };
}

interface CsvRecord {
  record: string[];
  info: Info;
}

function readRecords(text: string, delimiter: string, where: string): CsvRecord[] {
  try {
    return parse(text, {
      bom: true,
      delimiter,
      info: true,
      skip_empty_lines: true,
    }) as unknown as CsvRecord[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === 'number' ? `, line ${error.lines}` : '';
    throw new RelevoError('SOURCE_ROW_MALFORMED', `${where} is not CSV: ${error.message}`, {
      where: `${where}${line}`,
      expected: 'as many cells as the header has, quotes closed',
    });
  }
}
