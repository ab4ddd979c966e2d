import { RelevoError } from '../contracts/errors.ts';

/**
 * The number of the item that a page ended with, of a list that runs backwards.
 * @param list what it is a list of, such as `runs`
 * @throws RelevoError REQUEST_UNPROCESSABLE: a cursor is a text like any other to whoever reads the request's schema
 */
export function parseCursor(text: string, list: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new RelevoError(
    'REQUEST_UNPROCESSABLE',
    `"${text.slice(0, 100)}" is no place in the list of ${list}`,
    { field: 'before', value: text, expected: '`next` of the page before' },
  );
}
