import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { parseEnvironment } from '../../contracts/env.ts';
import type { CommandContext } from '../context.ts';
import { textsFor } from '../texts/index.ts';
import { forecast } from './forecast.ts';

const detail = {
  name: 'steel-forecast',
  title: 'Load forecast',
  about: 'Load',
  target: { name: 'Usage_kWh', unit: 'kWh' },
  isDefault: false,
  links: {},
  inputs: [
    { name: 'Load_Type', kind: 'category' },
    { name: 'workers', kind: 'number' },
  ],
  forecast: { time: 'date', everySeconds: 900 },
};
const answered = {
  predictions: [
    {
      id: 'p1',
      value: 58.123456,
      interval: { low: 12.5, high: 96.25, level: 0.9 },
      modelVersion: '1.0.0',
      forecast: { at: '2019-01-01T10:00', from: '2019-01-01T00:00', intervalsAhead: 40 },
    },
  ],
};

/** A terminal that keeps what it is told, and an API that keeps what it is asked. */
function stage(pipeline: object = detail) {
  const [said, asked]: [unknown[], unknown[]] = [[], []];
  const colors = pc.createColors(false);
  const context: CommandContext = {
    env: parseEnvironment({}),
    terminal: {
      texts: textsFor('en'),
      json: false,
      verbose: false,
      colors,
      notes: colors,
      live: false,
      show: () => {},
      print: (line) => said.push(line),
      note: (line) => said.push(line),
      printJson: () => {},
      table: (columns, rows) =>
        said.push(
          columns.map(({ title }) => title),
          ...rows,
        ),
    },
    api: async () => ({
      baseUrl: 'http://relevo',
      get: async <S extends z.ZodType>(_: string, schema: S) => schema.parse(pipeline),
      post: async <S extends z.ZodType>(path: string, body: unknown, schema: S) => {
        asked.push([path, body]);
        return schema.parse(answered);
      },
      upload: () => Promise.reject(new Error('not asked for')),
      stream: async () => new Response(),
    }),
    interrupted: new AbortController().signal,
  };
  return { context, said, asked };
}

describe('relevo forecast', () => {
  it('asks about a time with what is planned, and says from when', async () => {
    const { context, said, asked } = stage();
    const set = ['Load_Type=Medium_Load', 'workers = 12'];
    expect(await forecast(context, 'steel-forecast', { at: ['tomorrow 10:00'], set })).toBe(0);
    expect(asked).toEqual([
      [
        '/v1/pipelines/steel-forecast/predict',
        { rows: [{ date: 'tomorrow 10:00', Load_Type: 'Medium_Load', workers: 12 }] },
      ],
    ]);
    expect(said).toEqual([
      ['about', 'ahead', 'Usage_kWh (kWh)', 'between (90 %)', 'model'],
      ['2019-01-01 10:00', '10 h', '58.12', '12.50 – 96.25', '1.0.0'],
      'The last reading is of 2019-01-01 00:00: times in words are relative to it.',
    ]);
  });

  it('sends what is no number as it is, for the API to name', async () => {
    const { context, asked } = stage();
    await forecast(context, 'steel-forecast', { at: ['tomorrow 10:00'], set: ['workers=few'] });
    expect(asked).toMatchObject([[expect.anything(), { rows: [{ workers: 'few' }] }]]);
  });

  it('refuses a setting that is none, and a pipeline that makes no forecasts', async () => {
    const { context } = stage();
    await expect(
      forecast(context, 'steel-forecast', { at: ['tomorrow 10:00'], set: ['Medium_Load'] }),
    ).rejects.toMatchObject({ code: 'REQUEST_INVALID', details: { field: '--set', value: 'Medium_Load' } });
    const { forecast: _, ...other } = detail;
    await expect(
      forecast(stage(other).context, 'steel-energy', { at: ['tomorrow 10:00'] }),
    ).rejects.toMatchObject({ message: expect.stringContaining('makes no forecasts') });
  });
});
