import { expect, test } from 'vitest';
import { noAnswers } from '../answers.ts';
import type { LogEntry } from './entry.ts';
import { createQueue } from './queue.ts';

const rowBytes = 100;
const entry = (...ids: string[]): LogEntry => ({
  ...{ pipeline: 'pump', version: '1.0.0', ids, rows: ids, latencyUs: 1 },
  ...{ said: { answers: noAnswers, start: 0 }, bytes: rowBytes * ids.length },
});
const large = 1e9;
const long = Array.from({ length: 10 }, (_, i) => `b${i}`);
type Queue = ReturnType<typeof createQueue>;
const idsOf = (slices: ReturnType<Queue['take']>): string[] =>
  slices.flatMap(({ entry: { ids }, from, to }) => ids.slice(from, to));

test('gives rows in order, a long entry in pieces, none twice', () => {
  const queue = createQueue();
  for (const ids of [['a'], long, ['c', 'd']]) queue.push(entry(...ids));
  const taken: string[][] = [];
  while (queue.rows > 0) {
    taken.push(idsOf(queue.take(4, large)));
    if (taken.length === 2) queue.push(entry('e'));
  }
  expect(taken.map(({ length }) => length)).toEqual([4, 4, 4, 2]);
  expect(taken.flat()).toEqual(['a', ...long, 'c', 'd', 'e']);
  expect(queue.take(4, large)).toEqual([]);
});

test('gives fewer rows where they are large, and always one', () => {
  const queue = createQueue();
  for (const ids of [['a'], long, ['c']]) queue.push(entry(...ids));
  const pieces = [3.5 * rowBytes, 1, rowBytes, large].map((bytes) => idsOf(queue.take(100, bytes)));
  expect(pieces).toEqual([['a', 'b0', 'b1', 'b2'], ['b3'], ['b4'], [...long.slice(5), 'c']]);
});

test('holds an entry until its last row is taken', () => {
  const queue = createQueue();
  queue.push(entry(...long));
  queue.push(entry());
  queue.push(entry('c'));
  expect(queue.bytes).toBe(11 * rowBytes);
  queue.take(9, large);
  expect([queue.rows, queue.bytes]).toEqual([2, 11 * rowBytes]);
  queue.take(1, large);
  expect([queue.rows, queue.bytes]).toEqual([1, rowBytes]);
  queue.take(1, large);
  expect([queue.rows, queue.bytes]).toEqual([0, 0]);
});
