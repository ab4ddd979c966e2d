const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

export type RowFault = 'text-after-quote' | 'lone-carriage-return';

/** What one record of a CSV file looks like from its bytes, RFC 4180. */
export interface ScannedRow {
  /** First byte of the record. */
  start: number;
  /** One past its last byte, line break left out. */
  end: number;
  /** First byte of the next record. */
  next: number;
  fields: number;
  /** Line breaks the record spans, its own included. */
  lineBreaks: number;
  longestField: number;
  fault: RowFault | undefined;
}

/** Whether a record that the bytes do not finish stands inside a quoted field. */
export interface Unfinished {
  openQuote: boolean;
  row: ScannedRow;
}

/**
 * Scans the record that starts at `start`. A record without a line break is unfinished: the caller says whether
 * more bytes come or whether it is the last one.
 */
export function scanRow(
  bytes: Uint8Array,
  start: number,
  delimiter: number,
): { row: ScannedRow } | { unfinished: Unfinished } {
  let fields = 1;
  let lineBreaks = 0;
  let fieldStart = start;
  let longestField = 0;
  let fault: RowFault | undefined;
  let quoted = false;
  let closed = false;
  const rowTo = (end: number, next: number): ScannedRow => ({
    start,
    end,
    next,
    fields,
    lineBreaks,
    longestField: Math.max(longestField, end - fieldStart),
    fault,
  });
  for (let i = start; i < bytes.length; i++) {
    const byte = bytes[i];
    if (quoted) {
      if (byte === lineFeed) lineBreaks++;
      if (byte !== quote) continue;
      if (bytes[i + 1] === quote) i++;
      else {
        quoted = false;
        closed = true;
      }
    } else if (byte === delimiter) {
      fields++;
      if (i - fieldStart > longestField) longestField = i - fieldStart;
      fieldStart = i + 1;
      closed = false;
    } else if (byte === lineFeed) {
      lineBreaks++;
      return { row: rowTo(i > start && bytes[i - 1] === carriageReturn ? i - 1 : i, i + 1) };
    } else if (byte === quote && i === fieldStart) {
      quoted = true;
    } else if (byte === carriageReturn) {
      if (i + 1 < bytes.length && bytes[i + 1] !== lineFeed) fault ??= 'lone-carriage-return';
    } else if (closed) {
      fault ??= 'text-after-quote';
    }
  }
  return { unfinished: { openQuote: quoted, row: rowTo(bytes.length, bytes.length) } };
}

/** The cells of one record, unquoted. */
export function splitRow(text: string, delimiter: string): string[] {
  const cells: string[] = [];
  let i = 0;
  while (true) {
    let cell = '';
    if (text[i] === '"') {
      const [content, after] = readQuoted(text, i + 1);
      cell = content;
      i = after;
    }
    const end = text.indexOf(delimiter, i);
    cells.push(cell + text.slice(i, end < 0 ? undefined : end));
    if (end < 0) return cells;
    i = end + delimiter.length;
  }
}

function readQuoted(text: string, from: number): [string, number] {
  let content = '';
  let i = from;
  while (i < text.length) {
    if (text[i] !== '"') content += text[i++];
    else if (text[i + 1] === '"') {
      content += '"';
      i += 2;
    } else return [content, i + 1];
  }
  return [content, i];
}
