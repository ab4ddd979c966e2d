import { expect, test } from 'vitest';
import { RelevoError } from '../../../contracts/errors.ts';
import { scoringRows } from './scoring-rows.ts';

const columns = ['feed', 'ore'];
const rows = [
  { feed: 1, ore: 'oxide' },
  { feed: 2, ore: 'sulphide' },
];
const cells = rows.map((row) => Object.values(row));

test.each<[string, unknown]>([
  ['a split table', { dataframe_split: { columns, data: cells, index: [0, 1] } }],
  ['records', { dataframe_records: rows }],
  ['instances by name', { instances: rows }],
  ['instances in the order of the pipeline', { instances: cells }],
  ['inputs by row', { inputs: cells }],
  ['inputs by column', { inputs: { feed: [1, 2], ore: ['oxide', 'sulphide'] } }],
])('%s', (_, body) => {
  expect(scoringRows(body, columns)).toEqual(rows);
});

test.each<[unknown, string]>([
  [{}, 'none of its forms'],
  [{ inputs: cells, instances: cells }, 'instances and inputs'],
  [[], 'no JSON object'],
  [null, 'no JSON object'],
  [{ dataframe_split: { columns } }, 'columns and data'],
  [{ dataframe_split: { columns, data: [[1]] } }, '1 cells'],
  [{ dataframe_records: 'feed' }, 'no list'],
  [{ inputs: { feed: [1, 2], ore: ['oxide'] } }, 'one length'],
])('%j is refused: %s', (body, message) => {
  expect(() => scoringRows(body, columns)).toThrow(RelevoError);
  expect(() => scoringRows(body, columns)).toThrow(message);
});

test('a column named __proto__ is a column', () => {
  const [row] = scoringRows(JSON.parse('{"inputs":{"__proto__":[1]}}'), columns);
  expect(Object.keys(row as object)).toEqual(['__proto__']);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
