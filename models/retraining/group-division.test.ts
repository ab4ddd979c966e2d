import { expect, it } from 'vitest';
import type { Frame } from '../../contracts/frame.ts';
import type { Split } from '../../contracts/refs.ts';
import { divideByArrival } from './divide.ts';
import { type GroupSides, groupSides } from './group-division.ts';

/** Rows of the trucks in turn, ids from 0; equal label. */
function frameOf(rows: number, trucks: number[]): Frame {
  return {
    rows,
    rowIds: Float64Array.from({ length: rows }, (_, row) => row),
    columns: {
      y: { kind: 'number', values: new Float64Array(rows).fill(1) },
      truck: {
        kind: 'number',
        values: Float64Array.from({ length: rows }, (_, row) => trucks[row % trucks.length]),
      },
      _trainOnly: { kind: 'number', values: new Float64Array(rows) },
    },
  };
}
const truckOf = (frame: Frame, id: number): number => {
  const { truck } = frame.columns;
  return truck.kind === 'number' ? truck.values[id] : Number.NaN;
};
const trucksOf = (frame: Frame, ids: number[]): number[] =>
  [...new Set(ids.map((id) => truckOf(frame, id)))].sort((a, b) => a - b);

/** What a champion learned that was made of the first rows: trucks 1 to 3 fitted, 4 validated, 5 tested. */
function champion(frame: Frame, rows: number): { split: Split; sides: GroupSides; learned: Float64Array } {
  const split: Split = { train: [], validation: [], test: [] };
  for (let id = 0; id < rows; id++) {
    const truck = truckOf(frame, id);
    split[truck <= 3 ? 'train' : truck === 4 ? 'validation' : 'test'].push(id);
  }
  const learned = Float64Array.from([...split.train, ...split.validation]).sort();
  return { split, sides: groupSides(frame, 'truck', split), learned };
}
const divide = (frame: Frame, { sides, learned }: { sides: GroupSides; learned: Float64Array }) =>
  divideByArrival(frame, { target: 'y', learned, classes: [], groups: { by: 'truck', sides } });

it('keeps each group where the champion has it, and judges on the newest rows of its groups', async () => {
  const frame = frameOf(2_000, [1, 2, 3, 4, 5]);
  const made = champion(frame, 1_000);
  const { train, fresh, validation, test } = await divide(frame, made);
  expect(trucksOf(frame, test)).toEqual([5]);
  expect(trucksOf(frame, validation)).toEqual([4]);
  expect(trucksOf(frame, train)).toEqual([1, 2, 3]);
  expect([test.at(-1), validation.at(-1)]).toEqual([1_999, 1_998]);
  expect(train).toHaveLength(1_200);
  expect(Math.min(...fresh)).toBe(1_000);
  const learned = new Set(made.learned);
  expect(fresh.some((id) => learned.has(id))).toBe(false);
});

it('never has a group on two sides, whatever groups come and go', async () => {
  const before = frameOf(1_000, [1, 2, 3, 4, 5]);
  const made = champion(before, 1_000);
  const frame = frameOf(3_000, [1, 2, 6, 7, 8, 9, 4, 5, 3, 10]);
  // The first thousand rows are those that the champion knows.
  const [known, now] = [before.columns.truck, frame.columns.truck];
  if (known.kind === 'number' && now.kind === 'number') now.values.set(known.values);
  const divided = await divide(frame, made);
  const sides = (['train', 'validation', 'test'] as const).map((side) => trucksOf(frame, divided[side]));
  expect(new Set(sides.flat()).size).toBe(sides.flat().length);
  const [train, validation, test] = sides;
  expect(test.some((truck) => truck <= 4)).toBe(false);
  expect(validation.some((truck) => truck <= 3)).toBe(false);
  expect(train).toEqual(expect.arrayContaining([1, 2, 3]));
  expect(test).toContain(5);
  // Its share is more than truck 5 has: a truck that the champion does not know is tested too.
  expect(test.length).toBeGreaterThan(1);
  expect(train.some((truck) => truck > 5)).toBe(true);
});

it('refuses where the champion has learned every group, and says which side lacks rows', async () => {
  const frame = frameOf(2_000, [1, 2, 3]);
  await expect(divide(frame, champion(frame, 1_000))).rejects.toMatchObject({
    code: 'RETRAIN_IMPOSSIBLE',
    message: expect.stringContaining(
      '"truck" that the champion was not fitted on have 0 rows for the test side',
    ),
    details: { field: 'split.by', value: 'truck', expected: expect.stringContaining('at least 50 rows') },
  });
  const few = frameOf(2_000, [1, 2, 3, 5]);
  await expect(divide(few, champion(few, 1_000))).rejects.toMatchObject({
    message: expect.stringContaining('0 rows for the validation side'),
  });
});

it('refuses where all that is new is of groups that are judged on', async () => {
  const frame = frameOf(1_000, [1, 2, 3, 4, 5]);
  const made = champion(frame, 1_000);
  const { truck } = frame.columns;
  if (truck.kind === 'number') truck.values.fill(5, 700);
  const learned = made.learned.filter((id) => id < 700);
  await expect(divide(frame, { ...made, learned })).rejects.toMatchObject({
    code: 'RETRAIN_IMPOSSIBLE',
    details: { field: 'rows', value: 0 },
  });
});

it('knows a group of texts by its text, whatever its code', () => {
  const texts = (codes: number[], dictionary: string[]): Frame => ({
    rows: codes.length,
    rowIds: Float64Array.from(codes.keys()),
    columns: { shift: { kind: 'text', codes: Int32Array.from(codes), dictionary } },
  });
  const split = { train: [0], validation: [1], test: [2] };
  const one = groupSides(texts([0, 1, -1], ['day', 'night']), 'shift', split);
  const other = groupSides(texts([1, 0, -1], ['night', 'day']), 'shift', split);
  expect(one).toEqual(other);
  expect([...one.values()]).toEqual(['test', 'validation', 'train']);
});
