import { afterAll, expect, it } from 'vitest';
import type { Frame } from '../../contracts/frame.ts';
import { closePool } from '../pool.ts';
import { divideByArrival } from './divide.ts';
import { divideRows } from './division.ts';

afterAll(closePool);

it('divides many rows on another thread as few on this one, and says there too that they are too few', async () => {
  const rows = 12_000;
  const frame: Frame = {
    rows,
    rowIds: Float64Array.from({ length: rows }, (_, row) => 3 * row),
    columns: { y: { kind: 'number', values: new Float64Array(rows).fill(2) } },
  };
  const learned = frame.rowIds.filter((id) => id < 24_000 && id % 7 > 0);
  const here = divideRows({ frame, target: 'y', learned, classes: [] });
  expect(await divideByArrival(frame, { target: 'y', learned, classes: [] })).toEqual(here);
  expect('test' in here && here.test).toHaveLength(1_286);
  await expect(
    divideByArrival(frame, { target: 'y', learned: frame.rowIds, classes: [] }),
  ).rejects.toMatchObject({
    code: 'RETRAIN_IMPOSSIBLE',
    details: { value: 0 },
  });
});
