import { RelevoError } from '../../../contracts/errors.ts';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import { businessKeySchema } from '../../../contracts/predictions.ts';
import { shownJson } from '../../http/shown-json.ts';
import { limits } from '../../limits.ts';

/** What a request said: its rows, how to name the place of one in an answer, and what its rows are about. */
export interface RequestRows {
  rows: readonly unknown[];
  /** Business keys of the rows where the request gives them. */
  keys?: readonly (string | undefined)[];
  place(index: number): string;
}

/**
 * Reads a body that is a row, a list of rows, or `{"rows": […], "keys": […]}`.
 * @throws RelevoError REQUEST_INVALID, BODY_TOO_LARGE
 */
export function requestRows(body: unknown, spec: Pick<PipelineSpec, 'columns'>): RequestRows {
  if (Array.isArray(body)) return { rows: countedRows(body, 'body'), place: (index) => `[${index}]` };
  if (typeof body !== 'object' || body === null) {
    throw new RelevoError('REQUEST_INVALID', `The body is ${shownJson(body)}; expected a row or rows.`, {
      field: 'body',
      value: body,
      expected: 'a row {"column": value, …}, a list of rows, or {"rows": […]}',
    });
  }
  if (!('rows' in body) || Object.hasOwn(spec.columns, 'rows')) return { rows: [body], place: () => 'row' };
  const rows = envelopeRows(body);
  const keys = 'keys' in body ? envelopeKeys(body.keys, rows.length) : undefined;
  return { rows, keys, place: (index) => `rows[${index}]` };
}

function envelopeRows(body: { rows: unknown }): readonly unknown[] {
  const other = Object.keys(body).find((key) => key !== 'rows' && key !== 'keys');
  if (other !== undefined) {
    throw new RelevoError(
      'REQUEST_INVALID',
      `"${other.slice(0, 80)}" stands beside "rows"; expected "rows", and "keys" where there are any.`,
      {
        field: other.slice(0, 80),
        value: Reflect.get(body, other),
        expected: 'nothing beside "rows" and "keys"',
      },
    );
  }
  if (Array.isArray(body.rows)) return countedRows(body.rows, 'rows');
  throw new RelevoError('REQUEST_INVALID', `"rows" is ${shownJson(body.rows)}; expected a list of rows.`, {
    field: 'rows',
    value: body.rows,
    expected: 'a list of rows',
  });
}

const isKey = (value: unknown): value is string => businessKeySchema.safeParse(value).success;
const keyExpected = 'a text of 1 to 200 characters';

function envelopeKeys(keys: unknown, rows: number): (string | undefined)[] {
  if (!Array.isArray(keys) || keys.length !== rows)
    throw new RelevoError('REQUEST_UNPROCESSABLE', `"keys" needs one key a row, ${rows} in all.`, {
      field: 'keys',
      value: shownJson(keys),
      expected: `a list of ${rows} texts or nulls`,
    });
  return keys.map((key: unknown, index) => {
    if (key === null) return undefined;
    if (isKey(key)) return key;
    throw keyInvalid(`keys[${index}]`, key, `${keyExpected}, or null`);
  });
}

const keyInvalid = (field: string, value: unknown, expected: string): RelevoError =>
  new RelevoError('REQUEST_INVALID', `"${field}" is no business key; expected ${expected}.`, {
    field,
    value: shownJson(value),
    expected,
  });

/** @throws RelevoError REQUEST_INVALID where the header is given and is none. */
export function headerKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined || isKey(header)) return header;
  throw keyInvalid('x-relevo-key', header, keyExpected);
}

/**
 * The business key of each row: given beside it, else by the header of a lone row, else in the pipeline's key column.
 * Undefined where no row has one.
 */
export function keysOf(
  { rows, keys }: RequestRows,
  header: string | undefined,
  column: string | undefined,
): (string | undefined)[] | undefined {
  if (keys === undefined && header === undefined && column === undefined) return undefined;
  return rows.map((row, index) => {
    const given = keys?.[index] ?? (rows.length === 1 ? header : undefined);
    return given === undefined && column !== undefined ? keyIn(row, column) : given;
  });
}

function keyIn(row: unknown, column: string): string | undefined {
  const cell: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, column) : undefined;
  const text = typeof cell === 'number' ? String(cell) : cell;
  return isKey(text) ? text : undefined;
}

function countedRows(rows: readonly unknown[], field: string): readonly unknown[] {
  if (rows.length > 0 && rows.length <= limits.rows) return rows;
  const details = { field, value: rows.length, expected: `1 to ${limits.rows} rows` };
  throw rows.length === 0
    ? new RelevoError(
        'REQUEST_INVALID',
        `"${field}" is an empty list; expected ${details.expected}.`,
        details,
      )
    : new RelevoError(
        'BODY_TOO_LARGE',
        `"${field}" has ${rows.length} rows; expected ${details.expected}.`,
        details,
      );
}
