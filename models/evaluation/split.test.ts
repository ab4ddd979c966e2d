import { describe, expect, it } from 'vitest';
import type { Frame, Series } from '../../contracts/frame.ts';
import { makeSplit } from './split.ts';

const numbers = (values: number[]): Series => ({ kind: 'number', values: Float64Array.from(values) });
function frameOf(rows: number, columns: Record<string, Series> = {}): Frame {
  return { rows, rowIds: Float64Array.from({ length: rows }, (_, i) => 1000 + i), columns };
}
const range = (length: number) => Array.from({ length }, (_, i) => i);
const sides = (split: ReturnType<typeof makeSplit>) => [split.train, split.validation, split.test];

describe('a random split', () => {
  const spec = { kind: 'random' as const, test: 0.25, validation: 0.1 };

  it('puts every row on one side, in rounded shares, ascending', () => {
    const split = makeSplit(spec, 0, frameOf(1001));
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

  it('depends on the seed alone', () => {
    expect(makeSplit(spec, 7, frameOf(200))).toEqual(makeSplit(spec, 7, frameOf(200)));
    expect(makeSplit(spec, 8, frameOf(200)).test).not.toEqual(makeSplit(spec, 7, frameOf(200)).test);
  });

  it('tests every row equally often', () => {
    const counts = new Float64Array(20);
    for (let seed = 0; seed < 2000; seed++)
      for (const id of makeSplit(spec, seed, frameOf(20)).test) counts[id - 1000]++;
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(5 * Math.sqrt(500 * 0.75));
  });

  it('keeps rows without an observed label in train', () => {
    const flags = numbers(range(400).map((i) => Number(i % 3 === 0)));
    const split = makeSplit(spec, 1, frameOf(400, { _trainOnly: flags }));
    const flagged = range(400)
      .filter((i) => i % 3 === 0)
      .map((i) => 1000 + i);
    expect(split.train).toEqual(expect.arrayContaining(flagged));
    expect(split.test.length).toBe(Math.round((400 - flagged.length) * 0.25));
    expect(sides(split).flat().length).toBe(400);
  });

  it('says which side is too small', () => {
    expect(() => makeSplit(spec, 0, frameOf(4))).toThrowError(
      /test side .* 1 of 4 rows|validation side .* 0 of 4 rows/,
    );
    expect(() => makeSplit(spec, 0, frameOf(0))).toThrowError('0 of 0 rows');
    expect(() => makeSplit({ ...spec, validation: 0.8 }, 0, frameOf(100))).toThrowError(
      'no rows to train on',
    );
  });
});

describe('a stratified split', () => {
  const spec = { kind: 'stratified' as const, by: 'kind', test: 0.25, validation: 0.25 };

  it('takes the same share of every value, missing ones included', () => {
    const codes = Int32Array.from(range(400), (i) => (i < 40 ? -1 : i < 120 ? 0 : 1));
    const frame = frameOf(400, { kind: { kind: 'text', codes, dictionary: ['rare', 'common'] } });
    const split = makeSplit(spec, 2, frame);
    const share = (ids: number[], code: number) => ids.filter((id) => codes[id - 1000] === code).length;
    for (const side of [split.test, split.validation])
      expect([share(side, -1), share(side, 0), share(side, 1)]).toEqual([10, 20, 70]);
  });

  it('adds up to the rounded share where groups are small', () => {
    const frame = frameOf(21, { kind: numbers(range(21).map((i) => i % 7)) });
    const split = makeSplit(spec, 2, frame);
    expect(split.test.length).toBe(5);
    expect(sides(split).flat().length).toBe(21);
  });

  it('stratifies numbers by their deciles', () => {
    const frame = frameOf(1000, { kind: numbers(range(1000).map((i) => i ** 2)) });
    const { test } = makeSplit(spec, 3, frame);
    for (const decile of range(10)) {
      const inside = test.filter((id) => Math.floor((id - 1000) / 100) === decile).length;
      expect(Math.abs(inside - 25)).toBeLessThanOrEqual(1);
    }
  });

  it('names a column that is not there', () => {
    expect(() => makeSplit(spec, 0, frameOf(100))).toThrowError('"kind"');
  });
});

describe('a split by time', () => {
  const spec = { kind: 'time' as const, by: 'at', test: 0.2, validation: 0.1 };

  it('tests the last rows, whatever their order in the frame', () => {
    const frame = frameOf(100, { at: numbers(range(100).map((i) => 500 - i)) });
    const split = makeSplit(spec, 0, frame);
    expect(split.test).toEqual(range(20).map((i) => 1000 + i));
    expect(split.validation).toEqual(range(10).map((i) => 1020 + i));
    expect(split.train.length).toBe(70);
  });

  it('never trains on rows later than the first validated one', () => {
    const times = range(100).map((i) => (i === 7 ? Number.NaN : i));
    const flags = range(100).map((i) => Number(i === 3 || i === 90));
    const split = makeSplit(spec, 0, frameOf(100, { at: numbers(times), _trainOnly: numbers(flags) }));
    expect(split.train).toContain(1003);
    expect(sides(split).flat()).not.toContain(1090);
    expect(sides(split).flat()).not.toContain(1007);
    expect(Math.max(...split.train)).toBeLessThan(Math.min(...split.validation));
    expect(Math.max(...split.validation)).toBeLessThan(Math.min(...split.test));
  });
});
