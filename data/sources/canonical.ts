import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { byteOrderMarkLength } from './encoding.ts';
import { scanRow, splitRow } from './scan.ts';

const number = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const dayFirst = /^(\d{1,2})[-/](\d{1,2})[-/](\d{4}) (\d{1,2}):(\d{2})(?::(\d{2}))?$/;

/** One cell in canonical form: trimmed, numbers as their shortest decimal, day-first dates as ISO 8601. */
export function canonicalCell(cell: string): string {
  const text = cell.trim();
  if (number.test(text)) return String(Number(text) + 0);
  const date = dayFirst.exec(text);
  if (!date) return text;
  const [, day, month, year, hour, minute, second = '00'] = date;
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${hour.padStart(2, '0')}:${minute}:${second}`;
}

/**
 * SHA-256 of a CSV file's canonical content: every record in file order, header first; cells in canonical form,
 * joined by U+001F and ended by U+000A. Line ends, quoting, `4` against `4.0` and `1-1-2018` against `01/01/2018`
 * do not change it, so that a pin survives a new export of the same values.
 */
export async function canonicalSha256(path: string, delimiter = ','): Promise<string> {
  const hash = createHash('sha256');
  let carry: Uint8Array = new Uint8Array(0);
  let atStart = true;
  const take = (bytes: Uint8Array, last: boolean): Uint8Array => {
    let at = atStart ? byteOrderMarkLength(bytes) : 0;
    atStart = false;
    while (at < bytes.length) {
      const scanned = scanRow(bytes, at, delimiter.charCodeAt(0));
      if ('unfinished' in scanned && !last) break;
      const row = 'row' in scanned ? scanned.row : scanned.unfinished.row;
      const text = Buffer.from(bytes.subarray(row.start, row.end)).toString('utf8');
      if (text !== '') hash.update(`${splitRow(text, delimiter).map(canonicalCell).join('\u001f')}\n`);
      at = row.next;
    }
    return bytes.subarray(at);
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 64 * 1024 }))
    carry = take(carry.length === 0 ? chunk : Buffer.concat([carry, chunk]), false);
  take(carry, true);
  return hash.digest('hex');
}
