import { describe, expect, it } from 'vitest';
import { forecastSpecSchema } from '../../contracts/forecast.ts';
import type { Frame } from '../../contracts/frame.ts';
import {
  expandForecast,
  forecastColumns,
  forecastWeights,
  historyColumns,
  historyReach,
  historyTail,
  horizonsOf,
  lastOrigin,
  parseHistoryTail,
  seriesOf,
} from '../history.ts';

/** Days of four intervals; readings 0, 1, 2, … */
const everySeconds = 21_600;
const start = Date.UTC(2024, 1, 27) / 1000;
const forecast = forecastSpecSchema.parse({
  time: 'date',
  everySeconds,
  horizons: [1, 4, 6],
  horizonWeights: [3, 2, 1],
  history: {
    ahead: { kind: 'horizon' },
    last: { kind: 'lag', of: 'y', steps: 0 },
    before: { kind: 'lag', of: 'y', steps: 2 },
    kindNow: { kind: 'lag', of: 'kind', steps: 0 },
    sameTime: { kind: 'seasonalLag', of: 'y', period: 4 },
    sameTimeBefore: { kind: 'seasonalLag', of: 'y', period: 4, cycles: 1 },
    mean: { kind: 'rolling', of: 'y', window: 3, statistic: 'mean' },
    spread: { kind: 'rolling', of: 'y', window: 4, statistic: 'deviation' },
    least: { kind: 'rolling', of: 'y', window: 3, statistic: 'minimum' },
    usual: { kind: 'seasonalRolling', of: 'y', period: 4, cycles: 2, statistic: 'mean' },
    usualNow: {
      kind: 'seasonalRolling',
      of: 'y',
      period: 4,
      cycles: 2,
      statistic: 'maximum',
      place: 'origin',
    },
    alike: {
      kind: 'seasonalRolling',
      of: 'y',
      period: 4,
      cycles: 1,
      statistic: 'mean',
      like: 'kind',
      lookBack: 3,
    },
    weekday: { kind: 'calendar', part: 'isoWeekday', offsetSeconds: -everySeconds },
    second: { kind: 'calendar', part: 'secondOfDay' },
    month: { kind: 'calendar', part: 'month' },
    dayOfYear: { kind: 'calendar', part: 'dayOfYear' },
  },
});
const spec = { name: 'test', forecast };

/** `kinds` by day; rows at the intervals given, whose ids are ten times the interval. */
function frameOf(intervals: number[], kinds: number[]): Frame {
  return {
    rows: intervals.length,
    rowIds: Float64Array.from(intervals, (at) => 10 * at),
    columns: {
      date: { kind: 'number', values: Float64Array.from(intervals, (at) => start + at * everySeconds) },
      y: { kind: 'number', values: Float64Array.from(intervals) },
      kind: {
        kind: 'text',
        codes: Int32Array.from(intervals, (at) => kinds[Math.floor(at / 4)]),
        dictionary: ['rest', 'work'],
      },
    },
  };
}
const all = Array.from({ length: 20 }, (_, at) => at);
const days = [0, 1, 0, 1, 1];
const whole = frameOf(all, days);

function ask(frame: Frame, origin: number, target: number, kind: number) {
  const columns = historyColumns(forecast, seriesOf(forecast, frame), {
    originEpochSeconds: Float64Array.of(start + origin * everySeconds),
    targetEpochSeconds: Float64Array.of(start + target * everySeconds),
    inputs: { kind: Float64Array.of(kind) },
  });
  return Object.fromEntries(Object.entries(columns).map(([name, [value]]) => [name, value]));
}

describe('history columns', () => {
  it('are what was known at the origin, at the place of the target', () => {
    expect(ask(whole, 15, 21, 1)).toMatchObject({
      ahead: 6,
      last: 15,
      before: 13,
      kindNow: 1,
      sameTime: 13,
      sameTimeBefore: 9,
      mean: 14,
      spread: Math.sqrt(1.25),
      least: 13,
      usual: 11,
      usualNow: 11,
      alike: 13,
    });
    expect(ask(whole, 15, 21, 0).alike).toBe(9);
  });

  it('take the origin itself where the target is one cycle ahead of it, and never what follows', () => {
    expect(ask(whole, 8, 12, 0)).toMatchObject({ sameTime: 8, usual: 6, usualNow: 4, alike: 8 });
    expect(ask(whole, 8, 9, 0)).toMatchObject({ sameTime: 5, usual: 3, alike: 1 });
    const changed = frameOf(all, days);
    for (let at = 9; at < 20; at++)
      if (changed.columns.y.kind === 'number') changed.columns.y.values[at] = 1e6;
    for (const target of all.slice(9)) expect(ask(changed, 8, target, 1)).toEqual(ask(whole, 8, target, 1));
  });

  it('read the calendar of the target', () => {
    // Interval 12 begins 1 March 2024, a Friday; what closes then is of Thursday 29 February.
    expect(ask(whole, 11, 12, 0)).toMatchObject({ weekday: 4, second: 0, month: 3, dayOfYear: 61 });
    expect(ask(whole, 11, 14, 0)).toMatchObject({ weekday: 5, second: 43_200 });
  });

  it('are missing before the series, and skip what was not read', () => {
    const gaps = frameOf([0, 1, 2, 4, 6, 7, 8], days);
    expect(ask(gaps, 0, 1, 0)).toMatchObject({ before: Number.NaN, sameTime: Number.NaN, usual: Number.NaN });
    expect(ask(gaps, 6, 9, 0)).toMatchObject({ mean: 5, least: 4, sameTime: Number.NaN, usual: 1 });
  });

  it('reach as far as the furthest column looks back', () => {
    expect(historyReach(forecast)).toBe(13);
    expect(forecastColumns(forecast)).toEqual(['date', 'y', 'kind']);
  });
});

describe('a series', () => {
  it('is on its grid, whatever the order of the rows', () => {
    const series = seriesOf(forecast, frameOf([5, 3, 4], days));
    expect(series.startEpochSeconds).toBe(start + 3 * everySeconds);
    expect([...series.values.y]).toEqual([3, 4, 5]);
    expect(lastOrigin(series)).toBe(start + 5 * everySeconds);
  });

  it('refuses times that are none', () => {
    const frame = frameOf([0, 1], days);
    if (frame.columns.date.kind === 'number') frame.columns.date.values[1] = 1e15;
    expect(() => seriesOf(forecast, frame)).toThrowError('make no series');
    expect(() => seriesOf(forecast, frameOf([], days))).toThrowError('make no series');
  });
});

describe('expandForecast', () => {
  const split = { train: [0, 10, 20, 30, 40, 50, 60, 70, 80, 90], validation: [150, 140], test: [190] };

  it('makes a row a horizon of each row whose origin was read, and keeps its side', async () => {
    const { frame, split: sides } = await expandForecast(spec, whole, split);
    expect(sides.validation).toEqual([450, 451, 452, 420, 421, 422]);
    expect(sides.test).toEqual([570, 571, 572]);
    // Intervals 1 to 3 have an origin one before them only, 4 and 5 one a day before too.
    expect(sides.train.slice(0, 9)).toEqual([30, 60, 90, 120, 121, 150, 151, 180, 181]);
    expect(frame.rows).toBe(19 + 16 + 14);
    const at = [...frame.rowIds].indexOf(572);
    const names = ['last', 'sameTime', 'ahead', 'y'] as const;
    const cells = names
      .map((name) => frame.columns[name])
      .map((s) => (s.kind === 'number' ? s.values[at] : 0));
    expect(cells).toEqual([13, 11, 6, 19]);
    expect([...horizonsOf(forecast, [570, 571, 572])]).toEqual([1, 4, 6]);
    expect([...(forecastWeights(forecast, [570, 571, 572]) ?? [])]).toEqual([3, 2, 1]);
  });

  it('leaves out forecasts from an interval that was not read', async () => {
    const { frame } = await expandForecast(spec, frameOf([0, 1, 2, 4, 5, 6], days), split);
    expect([...frame.rowIds]).toEqual([30, 60, 121, 150, 151, 180, 181, 182]);
  });

  it('gives training what the lookup gives serving, bit by bit', async () => {
    const { frame } = await expandForecast(spec, whole, split);
    for (const [row, id] of frame.rowIds.entries()) {
      const target = Math.floor(id / 30);
      const origin = target - forecast.horizons[id % 3];
      const known = frameOf(all.slice(0, origin + 1), days);
      const tail = parseHistoryTail(historyTail(spec, known));
      expect(lastOrigin(tail)).toBe(start + origin * everySeconds);
      const looked = historyColumns(forecast, tail, {
        originEpochSeconds: Float64Array.of(start + origin * everySeconds),
        targetEpochSeconds: Float64Array.of(start + target * everySeconds),
        inputs: { kind: Float64Array.of(days[Math.floor(target / 4)]) },
      });
      for (const [name, [value]] of Object.entries(looked)) {
        const series = frame.columns[name];
        expect([name, series.kind === 'number' && series.values[row]]).toEqual([name, value]);
      }
    }
  });

  it('leaves a pipeline without a forecast alone', async () => {
    const { frame, split: same } = await expandForecast({ forecast: undefined }, whole, split);
    expect(frame).toBe(whole);
    expect(same).toBe(split);
  });
});

describe('a tail', () => {
  it('holds no more than the history reaches', () => {
    const tail = parseHistoryTail(historyTail(spec, whole));
    expect([...tail.values.y]).toEqual(all.slice(7));
    expect([...parseHistoryTail(historyTail(spec, whole, 2)).values.kind]).toEqual([1, 1]);
  });

  it('keeps unknown readings unknown, and refuses what is no tail', () => {
    const tail = parseHistoryTail(historyTail(spec, frameOf([0, 1, 3], days)));
    expect([...tail.values.y]).toEqual([0, 1, Number.NaN, 3]);
    for (const bytes of [
      '',
      '{}',
      '{"format":1,"startEpochSeconds":0,"everySeconds":1,"values":{"a":[1],"b":[]}}',
    ])
      expect(() => parseHistoryTail(new TextEncoder().encode(bytes))).toThrowError('cannot be read');
  });
});
