import { describe, expect, it } from 'vitest';
import type { RelevoError } from '../../../contracts/errors.ts';
import { historyTail, parseHistoryTail } from '../../../inference/history.ts';
import { steelForecast } from '../../../pipelines/steel-forecast.ts';
import { createHistories } from './histories.ts';
import { forecastRequest } from './rows.ts';

const { forecast } = steelForecast;
if (forecast === undefined) throw new Error('steel-forecast makes forecasts');
const spec = { ...steelForecast, forecast };
const everySeconds = 900;
const days = 30;
const end = Date.UTC(2019, 0, 1) / 1000;

/** What is looked up of the past beside the target and the load type. */
const otherReadings = Object.values(forecast.history).flatMap((column) =>
  'of' in column && column.of !== undefined && column.of !== 'Load_Type' ? [column.of] : [],
);

/** Thirty days up to midnight of 2018: the reading is the interval's place in its day, works from 9 to 23. */
function readings(until = end): Uint8Array {
  const rows = days * 96;
  const places = Float64Array.from({ length: rows }, (_, at) => at % 96);
  return historyTail(spec, {
    rows,
    rowIds: places.map((_, at) => at),
    columns: {
      ...Object.fromEntries(otherReadings.map((name) => [name, { kind: 'number' as const, values: places }])),
      date: { kind: 'number', values: places.map((_, at) => until - (rows - 1 - at) * everySeconds) },
      Usage_kWh: { kind: 'number', values: places },
      Load_Type: {
        kind: 'text',
        codes: Int32Array.from(places, (place) => (place >= 36 && place < 92 ? 1 : 0)),
        dictionary: ['Light_Load', 'Medium_Load', 'Maximum_Load'],
      },
    },
  });
}
const series = parseHistoryTail(readings());
const ask = (rows: unknown[]) => forecastRequest(spec, series, rows, (index) => `rows[${index}]`);
const refusal = (row: unknown): RelevoError => {
  try {
    ask([row]);
  } catch (error) {
    return error as RelevoError;
  }
  throw new Error('not refused');
};

describe('a forecast request', () => {
  it('looks up what was known, and says from when', () => {
    const { rows, history, moments } = ask([
      { date: 'tomorrow at 10:00', Load_Type: 'medium_load ' },
      { date: '2019-01-01T00:01', Load_Type: 'Light_Load' },
      { date: '2019-01-08T00:00', Load_Type: 'Maximum_Load' },
    ]);
    expect(rows).toEqual([
      { Load_Type: 'medium_load ' },
      { Load_Type: 'Light_Load' },
      { Load_Type: 'Maximum_Load' },
    ]);
    expect(moments).toEqual([
      { at: '2019-01-01T10:00', from: '2019-01-01T00:00', intervalsAhead: 40 },
      { at: '2019-01-01T00:15', from: '2019-01-01T00:00', intervalsAhead: 1 },
      { at: '2019-01-08T00:00', from: '2019-01-01T00:00', intervalsAhead: 672 },
    ]);
    expect([...history.now]).toEqual([95, 95, 95]);
    expect([...history.secondOfDay]).toEqual([35_100, 0, 85_500]);
    expect([...history.weekday]).toEqual([2, 2, 1]);
    expect([...history.sameTimeDay]).toEqual([39, 0, 95]);
    expect([...history.alike3]).toEqual([39, 0, Number.NaN]);
    expect(Object.keys(history)).toEqual(Object.keys(forecast.history));
  });

  it('leaves rows that are no objects to the reader, but says what time it needs', () => {
    for (const row of [{ Load_Type: 'Light_Load' }, 7, null, [], { date: 12 }])
      expect(refusal(row)).toMatchObject({
        code: 'ROW_INVALID',
        details: { field: 'date', where: 'rows[0]' },
      });
  });

  it('names the times between which it answers', () => {
    for (const date of ['2019-01-01T00:00', '2018-06-01T10:00', '2019-01-08T00:01', 'whenever'])
      expect(refusal({ date, Load_Type: 'Light_Load' })).toMatchObject({
        code: 'ROW_INVALID',
        message: expect.stringContaining(`"date" is "${date}"; expected a time after 2019-01-01T00:00`),
        details: { expected: expect.stringContaining('up to 2019-01-08T00:00') },
      });
  });
});

describe('histories', () => {
  it('are read once a version, and asked for again after a while', async () => {
    let [version, now, asked, read] = ['a', 0, 0, 0];
    const histories = createHistories(
      {
        async newest() {
          asked++;
          return {
            version,
            read: async () => {
              read++;
              return readings(version === 'a' ? end : end + everySeconds);
            },
          };
        },
      },
      { freshMs: 100, nowMs: () => now },
    );
    const both = await Promise.all([histories.of('p', 's'), histories.of('p', 's')]);
    expect(both[0]).toBe(both[1]);
    now = 99;
    await histories.of('p', 's');
    expect([asked, read]).toEqual([1, 1]);
    now = 101;
    expect(await histories.of('p', 's')).toBe(both[0]);
    expect([asked, read]).toEqual([2, 1]);
    [version, now] = ['b', 300];
    const newer = await histories.of('p', 's');
    expect(newer.startEpochSeconds).toBe(both[0].startEpochSeconds + everySeconds);
    expect([asked, read]).toEqual([3, 2]);
  });

  it('say where there is none, and ask again', async () => {
    const histories = createHistories({ newest: async () => undefined });
    await expect(histories.of('steel-forecast', 'dirty')).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
      details: { remedy: 'Run "relevo ingest steel-forecast --source dirty", then ask again.' },
    });
  });
});
