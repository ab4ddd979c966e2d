import { RelevoError, showValue } from '../../contracts/errors.ts';
import type { RowFault, ScannedRow } from './scan.ts';

const longestFieldBytes = 64 * 1024;
const faults: Record<RowFault, string> = {
  'text-after-quote': 'text follows a closing quote',
  'lone-carriage-return': 'a carriage return that ends no line',
};

/** @throws RelevoError SOURCE_ROW_MALFORMED or SOURCE_TRUNCATED with file, line and the row's beginning. */
export function checkRow(
  bytes: Uint8Array,
  row: ScannedRow,
  fields: number,
  place: { file: string; line: number; atEnd: boolean },
): void {
  if (row.fields < fields && place.atEnd)
    throw truncated(
      place.file,
      place.line,
      `its last row has ${row.fields} of ${fields} fields and no line end`,
      `${fields} fields`,
    );
  const fault = faultOf(row, fields);
  if (!fault) return;
  const value = Buffer.from(bytes.subarray(row.start, Math.min(row.end, row.start + 200))).toString('utf8');
  throw new RelevoError(
    'SOURCE_ROW_MALFORMED',
    `${place.file}, line ${place.line}: ${fault}: ${showValue(value)}`,
    {
      field: place.file,
      value: showValue(value, 200),
      expected: `${fields} fields`,
      where: `line ${place.line}`,
      remedy: 'Mend the line in the source; quote cells that hold the delimiter.',
    },
  );
}

function faultOf(row: ScannedRow, fields: number): string | undefined {
  if (row.fault) return faults[row.fault];
  if (row.fields !== fields) return `${row.fields} fields where the header has ${fields}`;
  if (row.longestField > longestFieldBytes)
    return `a field of ${row.longestField} bytes, above ${longestFieldBytes}`;
  return undefined;
}

/** SOURCE_TRUNCATED, for a file that was likely read while it was written. @param line from 1. */
export const truncated = (file: string, line: number, what: string, expected: string): RelevoError =>
  new RelevoError('SOURCE_TRUNCATED', `${file} was cut at line ${line}: ${what}`, {
    field: file,
    expected,
    where: `line ${line}`,
    remedy: 'Wait until the file is written whole, then ingest again.',
  });
