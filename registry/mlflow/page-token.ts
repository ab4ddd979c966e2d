import { invalid } from './errors.ts';
import type { Page } from './types.ts';

const maxOffset = 100_000_000;

/** Where a page begins: how many come before it. @throws RelevoError REQUEST_INVALID */
export function offsetOf(token: string | undefined): number {
  if (token === undefined || token === '') return 0;
  const offset = Number(
    Buffer.from(token, 'base64url')
      .toString('latin1')
      .replace(/^offset:/, '') || Number.NaN,
  );
  if (Number.isInteger(offset) && offset > 0 && offset <= maxOffset) return offset;
  throw invalid('Invalid page token', 'page_token', token.slice(0, 80), 'the next_page_token of an answer');
}

/** A page of rows that were asked for with one more than it holds. */
export function pageOf<T>(rows: T[], offset: number, maxResults: number): Page<T> {
  if (rows.length <= maxResults) return { items: rows };
  const next = Buffer.from(`offset:${offset + maxResults}`).toString('base64url');
  return { items: rows.slice(0, maxResults), nextPageToken: next };
}
