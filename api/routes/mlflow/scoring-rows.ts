import { RelevoError } from '../../../contracts/errors.ts';
import { shownJson } from '../../http/shown-json.ts';

const forms = ['dataframe_split', 'dataframe_records', 'instances', 'inputs'] as const;

const invalid = (message: string, field: string, value: unknown, expected: string): RelevoError =>
  new RelevoError('REQUEST_INVALID', message, { field, value: shownJson(value), expected });

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The rows of a scoring request in any of MLflow's four forms, as `/predict` takes them.
 * @param columns names of the columns of rows that come as plain lists.
 * @throws RelevoError REQUEST_INVALID unless exactly one form is there and whole.
 */
export function scoringRows(body: unknown, columns: readonly string[]): unknown[] {
  if (!isObject(body))
    throw invalid('The body is no JSON object', 'body', body, `one of ${forms.join(', ')}`);
  const given = forms.filter((form) => Object.hasOwn(body, form));
  const [form] = given;
  if (form === undefined || given.length > 1)
    throw invalid(
      `The request has ${given.length === 0 ? 'none' : given.join(' and ')} of its forms`,
      'body',
      Object.keys(body).slice(0, 10).join(', '),
      `exactly one of ${forms.join(', ')}`,
    );
  const rows = body[form];
  if (form === 'dataframe_split') return splitRows(rows);
  if (form === 'inputs' && isObject(rows)) return columnRows(rows);
  if (!Array.isArray(rows)) throw invalid(`"${form}" is no list`, form, rows, 'a list of rows');
  if (form === 'dataframe_records') return rows;
  return rows.map((row: unknown, at) => (Array.isArray(row) ? named(row, columns, `${form}[${at}]`) : row));
}

function splitRows(table: unknown): unknown[] {
  const field = 'dataframe_split';
  if (!isObject(table) || !Array.isArray(table.columns) || !Array.isArray(table.data))
    throw invalid('A split table has columns and data', field, table, '{"columns": […], "data": [[…], …]}');
  const columns = table.columns.map(String);
  return table.data.map((row: unknown, at) => {
    if (!Array.isArray(row)) throw invalid('A row of data is no list', `${field}.data[${at}]`, row, 'a list');
    return named(row, columns, `${field}.data[${at}]`);
  });
}

function named(row: unknown[], columns: readonly string[], field: string): Record<string, unknown> {
  if (row.length !== columns.length)
    throw invalid(
      `The row has ${row.length} cells`,
      field,
      row.length,
      `one for each of ${columns.join(', ')}`,
    );
  return Object.fromEntries(columns.map((name, at) => [name, row[at]]));
}

/** Columns of equal length as rows. */
function columnRows(columns: Record<string, unknown>): unknown[] {
  const lists = Object.entries(columns).map(([name, cells]): [string, unknown[]] => [
    name,
    Array.isArray(cells) ? cells : [cells],
  ]);
  const lengths = new Set(lists.map(([, cells]) => cells.length));
  if (lengths.size !== 1)
    throw invalid(
      'The columns are not of one length',
      'inputs',
      [...lengths].join(', '),
      'columns of one length',
    );
  const [length] = lengths;
  return Array.from({ length }, (_, row) =>
    Object.fromEntries(lists.map(([name, cells]) => [name, cells[row]])),
  );
}
