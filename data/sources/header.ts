import { createHash } from 'node:crypto';
import { RelevoError, showValue } from '../../contracts/errors.ts';
import type { Watermark } from '../../contracts/refs.ts';
import { splitRow } from './scan.ts';

const mostColumns = 2000;

/** Names of a header line. @throws RelevoError SOURCE_HEADER_CHANGED where names are blank or repeated. */
export function readHeader(bytes: Uint8Array, delimiter: string, file: string): string[] {
  const names = splitRow(Buffer.from(bytes).toString('utf8'), delimiter).map((name) => name.trim());
  const fault = (message: string, value: string): never => {
    throw new RelevoError('SOURCE_HEADER_CHANGED', `${file}, line 1: ${message}`, {
      field: file,
      value,
      expected: 'one name per column, each once',
      where: 'line 1',
      remedy: 'Look whether the header line is missing or the delimiter is another one.',
    });
  };
  if (names.length > mostColumns) fault(`${names.length} columns`, String(names.length));
  for (const [k, name] of names.entries()) {
    if (name === '') fault(`column ${k + 1} has no name`, name);
    const first = names.findIndex((other) => other.toLowerCase() === name.toLowerCase());
    if (first !== k) fault(`the column ${showValue(name)} comes twice`, name);
  }
  return names;
}

/** SHA-256 of the names in their order, as a watermark keeps it. */
export const headerHash = (columns: string[]): string =>
  createHash('sha256').update(JSON.stringify(columns)).digest('hex');

/** @throws RelevoError SOURCE_HEADER_CHANGED naming the columns that are missing, extra or moved. */
export function checkHeader(columns: string[], known: Watermark | undefined, file: string): void {
  if (!known || headerHash(columns) === known.headerSha256) return;
  const before = known.columns ?? [];
  const missing = before.filter((name) => !columns.includes(name));
  const extra = columns.filter((name) => !before.includes(name));
  const moved = columns.filter((name, k) => before.includes(name) && before[k] !== name);
  const say = (what: string, names: string[]) => (names.length > 0 ? [`${what} ${names.join(', ')}`] : []);
  const difference = [
    ...say('missing', missing),
    ...say('extra', extra),
    ...say('moved', missing.length + extra.length > 0 ? [] : moved),
  ].join('; ');
  throw new RelevoError(
    'SOURCE_HEADER_CHANGED',
    `The header of ${file} changed: ${difference || 'other names'}`,
    {
      field: file,
      value: columns.join(', '),
      expected: before.join(', '),
      where: 'line 1',
      remedy: 'Restore the header, or declare the new layout as a source of its own.',
    },
  );
}
