import { describe, expect, it } from 'vitest';
import type { Frame } from '../../contracts/frame.ts';
import { divideByArrival } from './divide.ts';
import type { Change } from './sides.ts';

/** Rows with the ids 1000, 1001, …; `missing` have no label, `trainOnly` a repaired one. */
function frameOf(rows: number, missing: number[] = [], trainOnly: number[] = []): Frame {
  const values = new Float64Array(rows).fill(1);
  for (const id of missing) values[id - 1_000] = Number.NaN;
  const flags = new Float64Array(rows);
  for (const id of trainOnly) flags[id - 1_000] = 1;
  return {
    rows,
    rowIds: Float64Array.from({ length: rows }, (_, row) => 1_000 + row),
    columns: { y: { kind: 'number', values }, _trainOnly: { kind: 'number', values: flags } },
  };
}
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);
const divide = (frame: Frame, learned: number[]) =>
  divideByArrival(frame, { target: 'y', learned: Float64Array.from(learned), classes: [] });

describe('rows by arrival', () => {
  it('tests the newest, validates those before, and learns the rest', async () => {
    const { train, fresh, validation, test } = await divide(frameOf(1_000), range(1_000, 1_599));
    expect(test).toEqual(range(1_900, 1_999));
    expect(validation).toEqual(range(1_820, 1_899));
    expect(fresh).toEqual(range(1_600, 1_819));
    expect(train).toEqual(range(1_000, 1_819));
  });

  it('never judges on a row that the champion has learned, be it among the newest', async () => {
    const learned = range(1_000, 1_999).filter((id) => id % 3 !== 0);
    const { train, fresh, validation, test } = await divide(frameOf(1_000), learned);
    for (const id of [...validation, ...test, ...fresh]) expect(id % 3).toBe(0);
    expect(train).toEqual(expect.arrayContaining(learned));
    expect(train.length + validation.length + test.length).toBe(1_000);
  });

  it('does not take for new what is older than all that the champion has learned', async () => {
    const { train, fresh } = await divide(frameOf(1_000), range(1_500, 1_699));
    expect(Math.min(...fresh)).toBe(1_700);
    expect(train).toContain(1_000);
  });

  it('leaves out rows without a label, and judges on none that were repaired', async () => {
    const repaired = [1_700, 1_990];
    const { train, test, validation } = await divide(
      frameOf(1_000, [1_701, 1_999], repaired),
      range(1_000, 1_599),
    );
    const all = new Set([...train, ...validation, ...test]);
    expect([1_701, 1_999, 1_990].some((id) => all.has(id))).toBe(false);
    expect(train).toContain(1_700);
  });

  it('knows a class by its name', async () => {
    const frame = frameOf(200);
    const codes = new Int32Array(200).map((_, row) => (row === 150 ? 1 : row === 151 ? -1 : 0));
    frame.columns.y = { kind: 'text', codes, dictionary: ['up', 'sideways'] };
    const { train, validation, test } = await divideByArrival(frame, {
      target: 'y',
      learned: Float64Array.of(1_000),
      classes: ['up', 'down'],
    });
    const all = new Set([...train, ...validation, ...test]);
    expect([all.size, all.has(1_150), all.has(1_151)]).toEqual([198, false, false]);
  });

  it('judges on what came since a change, so that a challenger can learn from the same', async () => {
    const frame = frameOf(10_000);
    const about = { target: 'y', learned: Float64Array.from(range(1_000, 2_999)), classes: [] };
    const { test, validation, fresh } = await divideByArrival(frame, {
      ...about,
      change: { sinceRowId: 9_000 },
    });
    expect([test.length, validation.length]).toEqual([500, 400]);
    expect(fresh.at(-1)).toBe(10_099);
    const late = await divideByArrival(frame, { ...about, change: { sinceRowId: 10_990 } });
    expect([late.test.length, late.validation.length]).toEqual([200, 160]);
  });

  it('judges on fewer rows where they show what a change has cost, and leaves the others to learn from', async () => {
    const about = { target: 'y', learned: Float64Array.from(range(1_000, 1_799)), classes: [] };
    const sides = async (change: Change): Promise<number[]> => {
      const { test, validation, fresh } = await divideByArrival(frameOf(2_000), { ...about, change });
      return [test.length, validation.length, fresh.filter((id) => id >= change.sinceRowId).length];
    };
    expect(await sides({ sinceRowId: 2_667 })).toEqual([200, 160, 0]);
    expect(await sides({ sinceRowId: 2_667, testRows: 20 })).toEqual([83, 67, 183]);
    expect(await sides({ sinceRowId: 2_834, testRows: 20 })).toEqual([50, 33, 83]);
    expect(await sides({ sinceRowId: 2_834, testRows: 100 })).toEqual([100, 80, 0]);
    expect(await sides({ sinceRowId: 2_667, testRows: 5_000 })).toEqual([200, 160, 0]);
    // So few rows vouch for nothing: what came before them is judged on too.
    expect(await sides({ sinceRowId: 2_901, testRows: 20 })).toEqual([200, 160, 0]);
  });

  it('says how many new rows there are where they are too few', async () => {
    await expect(divide(frameOf(1_000), range(1_000, 1_900))).rejects.toMatchObject({
      code: 'RETRAIN_IMPOSSIBLE',
      message: expect.stringContaining('99 labelled'),
    });
    expect((await divide(frameOf(1_000), range(1_000, 1_899))).fresh).toHaveLength(20);
  });
});
