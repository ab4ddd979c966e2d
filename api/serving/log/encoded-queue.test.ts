import { expect, test } from 'vitest';
import { logPolicySchema } from '../../../contracts/predictions.ts';
import type { PredictionBatch } from '../../../registry/types.ts';
import { createEncodedQueue } from './encoded-queue.ts';
import { batchRows, type LogEntry } from './entry.ts';

const mebibyte = 1024 * 1024;
let count = 0;
const newId = (): string => `00000000-0000-7000-8000-${String(count++).padStart(12, '0')}`;
const entry = (rows: number, bytes = 100 * rows, flow: unknown = 1.5): LogEntry => ({
  ...{ pipeline: 'pump', version: '1.0.0', latencyUs: 1, bytes },
  ids: Array.from({ length: rows }, newId),
  rows: Array.from({ length: rows }, () => ({ flow })),
  said: { answers: { values: new Float64Array(rows), width: 1 }, start: 0 },
});
const idsOf = ({ data }: PredictionBatch): string[] =>
  Buffer.from(data)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t')[0]);

const filled = (entries: LogEntry[]) => {
  const queue = createEncodedQueue(() => logPolicySchema.parse({}));
  for (const one of entries) queue.push(one);
  return queue;
};
const takeAll = (queue: ReturnType<typeof filled>): PredictionBatch[] => {
  const batches: PredictionBatch[] = [];
  while (queue.rows > 0) batches.push(queue.take());
  return batches;
};

test.each([
  ['single rows', Array.from({ length: 1_203 }, () => 1)],
  ['fewer than a slice', [1, 2, 3]],
  ['requests of many rows', [64, 1, 512, 7, 300]],
])('gives %s in their order, none twice, in batches with their first and last id', (_, lengths) => {
  const entries = lengths.map((rows) => entry(rows));
  const queue = filled(entries);
  const ids = entries.flatMap((one) => one.ids);
  expect(queue.rows).toBe(ids.length);
  const batches = takeAll(queue);
  expect(batches.flatMap(idsOf)).toEqual(ids);
  for (const batch of batches) {
    const own = idsOf(batch);
    expect(batch).toMatchObject({ rows: own.length, first: own[0], last: own[own.length - 1] });
    expect(batch.rows).toBeLessThanOrEqual(batchRows);
  }
  expect([queue.rows, queue.bytes]).toEqual([0, 0]);
});

test('single rows leave in whole batches', () => {
  const batches = takeAll(filled(Array.from({ length: 2 * batchRows }, () => entry(1))));
  expect(batches.map(({ rows }) => rows)).toEqual([batchRows, batchRows]);
});

test('rows nearly as large as a batch go in small ones', () => {
  const large = 'x'.repeat(3 * mebibyte);
  const batches = takeAll(filled(Array.from({ length: 21 }, () => entry(1, large.length, large))));
  expect(Math.max(...batches.map(({ rows }) => rows))).toBe(2);
});
