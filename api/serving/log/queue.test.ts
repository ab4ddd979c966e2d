import { expect, test } from 'vitest';
import { noAnswers } from '../answers.ts';
import type { LogEntry } from './entry.ts';
import { createQueue } from './queue.ts';

const entry = (...ids: string[]): LogEntry => ({
  ...{ pipeline: 'pump', version: '1.0.0', ids, rows: ids, latencyUs: 1 },
  said: { answers: noAnswers, start: 0 },
});

test('gives rows in order, a long entry in pieces, none twice', () => {
  const queue = createQueue();
  const long = Array.from({ length: 10 }, (_, i) => `b${i}`);
  for (const ids of [['a'], long, ['c', 'd']]) queue.push(entry(...ids));
  const taken: string[][] = [];
  while (queue.rows > 0) {
    taken.push(queue.take(4).flatMap(({ entry: { ids }, from, to }) => ids.slice(from, to)));
    if (taken.length === 2) queue.push(entry('e'));
  }
  expect(taken.map(({ length }) => length)).toEqual([4, 4, 4, 2]);
  expect(taken.flat()).toEqual(['a', ...long, 'c', 'd', 'e']);
  expect(queue.take(4)).toEqual([]);
});
