import { describe, expect, it } from 'vitest';
import type { Frame, Series } from '../../contracts/frame.ts';
import type { Split } from '../../contracts/refs.ts';
import { makeSplit } from './split.ts';

const numbers = (values: number[]): Series => ({ kind: 'number', values: Float64Array.from(values) });
function frameOf(rows: number, columns: Record<string, Series> = {}): Frame {
  return { rows, rowIds: Float64Array.from({ length: rows }, (_, i) => 1000 + i), columns };
}
const range = (length: number) => Array.from({ length }, (_, i) => i);
const sides = (split: Split) => [split.train, split.validation, split.test];

describe('a random split', () => {
  const spec = { kind: 'random' as const, test: 0.25, validation: 0.1 };

  it('puts every row on one side, in rounded shares, ascending', async () => {
    const split = await makeSplit(spec, 0, frameOf(1001));
    expect(split.test.length).toBe(250);
    expect(split.validation.length).toBe(100);
    expect(split.train.length).toBe(651);
    expect(
      sides(split)
        .flat()
        .sort((a, b) => a - b),
    ).toEqual(range(1001).map((i) => 1000 + i));
    for (const side of sides(split)) expect(side).toEqual([...side].sort((a, b) => a - b));
  });

  it('depends on the seed alone', async () => {
    expect(await makeSplit(spec, 7, frameOf(200))).toEqual(await makeSplit(spec, 7, frameOf(200)));
    expect((await makeSplit(spec, 8, frameOf(200))).test).not.toEqual(
      (await makeSplit(spec, 7, frameOf(200))).test,
    );
  });

  it('tests every row equally often', async () => {
    const counts = new Float64Array(20);
    for (let seed = 0; seed < 2000; seed++)
      for (const id of (await makeSplit(spec, seed, frameOf(20))).test) counts[id - 1000]++;
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(5 * Math.sqrt(500 * 0.75));
  });

  it('keeps rows without an observed label in train', async () => {
    const flags = numbers(range(400).map((i) => Number(i % 3 === 0)));
    const split = await makeSplit(spec, 1, frameOf(400, { _trainOnly: flags }));
    const flagged = range(400)
      .filter((i) => i % 3 === 0)
      .map((i) => 1000 + i);
    expect(split.train).toEqual(expect.arrayContaining(flagged));
    expect(split.test.length).toBe(Math.round((400 - flagged.length) * 0.25));
    expect(sides(split).flat().length).toBe(400);
  });

  it('says which side is too small', async () => {
    await expect(makeSplit(spec, 0, frameOf(4))).rejects.toThrowError(
      /test side .* 1 of 4 rows|validation side .* 0 of 4 rows/,
    );
    await expect(makeSplit(spec, 0, frameOf(0))).rejects.toThrowError('0 of 0 rows');
    await expect(makeSplit({ ...spec, validation: 0.8 }, 0, frameOf(100))).rejects.toThrowError(
      'no rows to train on',
    );
  });
});

describe('a stratified split', () => {
  const spec = { kind: 'stratified' as const, by: 'kind', test: 0.25, validation: 0.25 };

  it('takes the same share of every value, missing ones included', async () => {
    const codes = Int32Array.from(range(400), (i) => (i < 40 ? -1 : i < 120 ? 0 : 1));
    const frame = frameOf(400, { kind: { kind: 'text', codes, dictionary: ['rare', 'common'] } });
    const split = await makeSplit(spec, 2, frame);
    const share = (ids: number[], code: number) => ids.filter((id) => codes[id - 1000] === code).length;
    for (const side of [split.test, split.validation])
      expect([share(side, -1), share(side, 0), share(side, 1)]).toEqual([10, 20, 70]);
  });

  it('adds up to the rounded share where groups are small', async () => {
    const frame = frameOf(21, { kind: numbers(range(21).map((i) => i % 7)) });
    const split = await makeSplit(spec, 2, frame);
    expect(split.test.length).toBe(5);
    expect(sides(split).flat().length).toBe(21);
  });

  it('stratifies numbers by their deciles', async () => {
    const frame = frameOf(1000, { kind: numbers(range(1000).map((i) => i ** 2)) });
    const { test } = await makeSplit(spec, 3, frame);
    for (const decile of range(10)) {
      const inside = test.filter((id) => Math.floor((id - 1000) / 100) === decile).length;
      expect(Math.abs(inside - 25)).toBeLessThanOrEqual(1);
    }
  });

  it('names a column that is not there', async () => {
    await expect(makeSplit(spec, 0, frameOf(100))).rejects.toThrowError('"kind"');
  });
});

describe('a split by time', () => {
  const spec = { kind: 'time' as const, by: 'at', test: 0.2, validation: 0.1 };

  it('tests the last rows, whatever their order in the frame', async () => {
    const frame = frameOf(100, { at: numbers(range(100).map((i) => 500 - i)) });
    const split = await makeSplit(spec, 0, frame);
    expect(split.test).toEqual(range(20).map((i) => 1000 + i));
    expect(split.validation).toEqual(range(10).map((i) => 1020 + i));
    expect(split.train.length).toBe(70);
  });

  it('never trains on rows later than the first validated one', async () => {
    const times = range(100).map((i) => (i === 7 ? Number.NaN : i));
    const flags = range(100).map((i) => Number(i === 3 || i === 90));
    const split = await makeSplit(spec, 0, frameOf(100, { at: numbers(times), _trainOnly: numbers(flags) }));
    expect(split.train).toContain(1003);
    expect(sides(split).flat()).not.toContain(1090);
    expect(sides(split).flat()).not.toContain(1007);
    expect(Math.max(...split.train)).toBeLessThan(Math.min(...split.validation));
    expect(Math.max(...split.validation)).toBeLessThan(Math.min(...split.test));
  });
});

describe('a split by group', () => {
  const spec = { kind: 'group' as const, by: 'truck', test: 0.2, validation: 0.2 };
  const trucks = range(1000).map((i) => (i * i) % 41);

  it('keeps all rows of a value on one side, near the shares that were asked for', async () => {
    for (const seed of range(20)) {
      const split = await makeSplit(spec, seed, frameOf(1000, { truck: numbers(trucks) }));
      const onSides = sides(split).map((ids) => new Set(ids.map((id) => trucks[id - 1000])));
      for (const truck of new Set(trucks)) expect(onSides.filter((side) => side.has(truck)).length).toBe(1);
      expect(sides(split).flat().length).toBe(1000);
      expect(Math.abs(split.test.length - 200)).toBeLessThan(60);
      expect(Math.abs(split.validation.length - 200)).toBeLessThan(60);
    }
  });

  it('groups texts and missing values, and learns nothing of a group that is tested', async () => {
    const codes = Int32Array.from(range(600), (i) => (i % 12) - 1);
    const truck: Series = { kind: 'text', codes, dictionary: range(11).map(String) };
    const flags = numbers(range(600).map((i) => Number(i % 5 === 0)));
    const split = await makeSplit(spec, 3, frameOf(600, { truck, _trainOnly: flags }));
    const heldOut = new Set([...split.test, ...split.validation].map((id) => codes[id - 1000]));
    expect(heldOut.size).toBeGreaterThan(1);
    for (const id of split.train) expect(heldOut.has(codes[id - 1000])).toBe(false);
    for (const id of [...split.test, ...split.validation]) expect((id - 1000) % 5).not.toBe(0);
  });

  it('depends on the seed, and says so where the groups are too few', async () => {
    const frame = frameOf(1000, { truck: numbers(trucks) });
    expect(await makeSplit(spec, 1, frame)).toEqual(await makeSplit(spec, 1, frame));
    expect((await makeSplit(spec, 1, frame)).test).not.toEqual((await makeSplit(spec, 2, frame)).test);
    const same = frameOf(100, { truck: numbers(range(100).map(() => 7)) });
    await expect(makeSplit(spec, 0, same)).rejects.toThrowError('0 of 100 rows');
  });
});
