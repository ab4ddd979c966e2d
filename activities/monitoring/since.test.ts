import { expect, it } from 'vitest';
import { errorsSince } from './since.ts';
import type { Asked } from './work.ts';

/** Losses of rows with the ids 100, 101, …, as the champion's answers give them. */
const asked = (heldOut: number[], streamed: number[]): Asked => {
  const side = (losses: number[]) => {
    const loss = Float64Array.from(losses);
    const frame = { rows: losses.length, rowIds: loss.map((_, row) => 100 + row), columns: {} };
    const predictions = { values: loss, outputs: 1 };
    const scored = { actual: loss, predictions };
    return { frame, answers: { prediction: loss, residual: loss, loss, scored, predictions } };
  };
  return { heldOut: side(heldOut), current: side(streamed), streamed: side(streamed) };
};
const repeated = (rows: number, ...losses: number[]): number[] =>
  Array.from({ length: rows }, (_, row) => losses[row % losses.length]);
const alarm = (rowId: number) => ({
  columns: [],
  streams: [{ detector: 'cusum', series: 'error', rows: 100, alarms: [rowId] }],
});

it('says how much more the champion errs since the change, whatever came before it', () => {
  const streamed = [...repeated(60, 0), ...repeated(40, 0, 1)];
  expect(errorsSince(asked(repeated(50, 0), streamed), alarm(160))).toEqual({
    ...{ rowId: 160, rows: 40, rise: 0.5, deviation: 0.5 },
  });
});

it('passes over rows whose target is not known', () => {
  const streamed = repeated(100, 1, Number.NaN, 0, Number.NaN);
  const since = errorsSince(asked(repeated(60, 0, Number.NaN, 1, Number.NaN), streamed), alarm(100));
  expect(since).toMatchObject({ rows: 50, rise: 0 });
  expect(since?.deviation).toBeCloseTo(Math.SQRT1_2, 6);
});

it('says nothing without a change, or where few rows came since or were judged', () => {
  const [few, many] = [repeated(19, 0), repeated(50, 0)];
  expect(errorsSince(asked(many, many), { columns: [], streams: [] })).toBeUndefined();
  expect(errorsSince(asked(few, many), alarm(100))).toBeUndefined();
  expect(errorsSince(asked(many, many), alarm(131))).toBeUndefined();
  expect(errorsSince(asked(many, many), alarm(130))).toBeDefined();
});
