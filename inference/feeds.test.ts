import { expect, it } from 'vitest';
import type { Columns, ModelInput } from './columns.ts';
import { createFeeds } from './feeds.ts';

const inputs: ModelInput[] = [
  { name: 'x', kind: 'number' },
  { name: 'load', kind: 'text' },
];
const columns = (rows: number, from = 0): Columns => ({
  x: Float64Array.from({ length: rows }, (_, row) => from + row),
  load: Array.from({ length: rows }, (_, row) => `load ${from + row}`),
});

it.each([
  ['as they are where rows are independent', true, [1, 2], ['load 1', 'load 2']],
  [
    'filled up to a vector register where they are not',
    false,
    [1, 2, ...new Array<number>(6).fill(Number.NaN)],
    ['load 1', 'load 2', '', '', '', '', '', ''],
  ],
])('gives the rows that are asked for, %s', (_, areIndependent, x, load) => {
  const { take } = createFeeds(inputs, areIndependent);
  const { values, rows } = take(columns(5), 1, 3);
  expect(values.map((cells) => [...cells])).toEqual([x, load]);
  expect(rows).toBe(x.length);
});

it('uses tensors of few rows again once they were given back, with nothing of the rows before', () => {
  const feeds = createFeeds(inputs, false);
  const first = feeds.take(columns(7), 0, 7);
  const second = feeds.take(columns(7, 10), 0, 7);
  expect([...second.values[0]].slice(0, 7)).toEqual([10, 11, 12, 13, 14, 15, 16]);
  expect(first.values[0][0]).toBe(0);
  feeds.giveBack(first);
  const third = feeds.take(columns(2, 20), 0, 2);
  expect(third.tensors).toBe(first.tensors);
  expect([...third.values[0]]).toEqual([20, 21, ...new Array<number>(6).fill(Number.NaN)]);
  expect([...third.values[1]]).toEqual(['load 20', 'load 21', '', '', '', '', '', '']);
});

it('does not copy many rows', () => {
  const many = columns(600);
  const { values } = createFeeds(inputs, true).take(many, 0, 600);
  expect((values[0] as Float64Array).buffer).toBe((many.x as Float64Array).buffer);
  expect(values[1]).toBe(many.load);
});
