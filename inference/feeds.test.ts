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
  const { tensors, rows } = take(columns(5), 1, 3);
  expect([...tensors.x.data]).toEqual(x);
  expect([...tensors.load.data]).toEqual(load);
  expect(tensors.x.dims).toEqual([rows, 1]);
});

it('uses tensors of few rows again once they were given back, with nothing of the rows before', () => {
  const feeds = createFeeds(inputs, false);
  const first = feeds.take(columns(7), 0, 7);
  const second = feeds.take(columns(7, 10), 0, 7);
  expect([...second.tensors.x.data].slice(0, 7)).toEqual([10, 11, 12, 13, 14, 15, 16]);
  expect(first.tensors.x.data[0]).toBe(0);
  feeds.giveBack(first);
  const third = feeds.take(columns(2, 20), 0, 2);
  expect(third.tensors.x).toBe(first.tensors.x);
  expect([...third.tensors.x.data]).toEqual([20, 21, ...new Array<number>(6).fill(Number.NaN)]);
  expect([...third.tensors.load.data]).toEqual(['load 20', 'load 21', '', '', '', '', '', '']);
});

it('does not copy many rows', () => {
  const many = columns(600);
  const { tensors } = createFeeds(inputs, true).take(many, 0, 600);
  expect((tensors.x.data as Float64Array).buffer).toBe((many.x as Float64Array).buffer);
  expect(tensors.load.data).toBe(many.load);
});
