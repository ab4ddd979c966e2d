import { category, number, timestamp } from '../../contracts/columns.ts';
import { col, flags } from '../../contracts/expression.ts';
import { definePipeline, type PipelineSpec } from '../../contracts/pipeline.ts';
import { createNormal, createRandom } from '../../data/generators/random.ts';

/** Twelve at every check. */
export const rowsPerDay = 48;
/** Days of rows that the first champion learns from. */
export const warmDays = 14;
export const meterFile = 'meter.csv';
/** From these shares of the days on the plant works otherwise: load, times and offset, °C. */
const changes = [
  { from: 0.2, load: 1.4, warmer: 0 },
  { from: 0.4, load: 1, warmer: 6 },
  { from: 0.6, load: 1.6, warmer: 0 },
  { from: 0.8, load: 0.8, warmer: -4 },
] as const;
const shifts = ['day', 'night'] as const;
const start = Date.UTC(2024, 11, 18);
const rowMs = 86_400_000 / rowsPerDay;

/** A small plant's meter over one file that grows; its fits take a tenth of a second, so that the loop is what is measured. */
export function meterPipeline(): PipelineSpec {
  return definePipeline({
    name: 'year-meter',
    title: { en: 'A small plant’s meter', es: 'El medidor de una planta pequeña' },
    about: { en: 'Energy of half an hour.', es: 'Energía de media hora.' },
    task: 'regression',
    timezone: 'UTC',
    sources: { meter: { kind: 'csv', locations: [{ kind: 'file', path: meterFile }] } },
    columns: {
      at: timestamp('%Y-%m-%d %H:%M:%S'),
      load: number({ min: 0, max: 1000, decimals: 2 }),
      celsius: number({ min: -40, max: 60, decimals: 2 }),
      shift: category(shifts),
      kwh: number({ unit: 'kWh', min: 0, max: 5000, decimals: 2 }),
    },
    target: 'kwh',
    inputs: ['load', 'celsius', 'shift'],
    expectations: [{ kind: 'unique', columns: ['at'] }],
    features: { load: col('load'), celsius: col('celsius'), ...flags('shift', ['night']) },
    split: { kind: 'random', test: 0.25, validation: 0.15 },
    candidates: [{ estimator: 'xgboost', params: { rounds: 30, maxDepth: 3, learningRate: 0.2 } }],
    promotion: { resamples: 200 },
    interval: { level: 0.9 },
    // A year's retrains within an hour: what a day may cost, and how long it rests after losses, is not measured here.
    retrain: {
      budget: { retrainsPerDay: 100_000, computeMinutesPerDay: 1_000_000 },
      breaker: { failures: 100_000, losses: 100_000, openHours: 24 },
    },
    schedules: { ingest: { cron: '30 1 * * *' }, train: { cron: '0 2 * * *' } },
  });
}

export const meterHeader = 'at,load,celsius,shift,kwh';

/** The file's lines: so many days after those that the first champion learns from. */
export function meterLines(days: number): string[] {
  const random = createRandom(365);
  const normal = createNormal(random);
  return Array.from({ length: (warmDays + days) * rowsPerDay }, (_, row) => {
    const share = (row / rowsPerDay - warmDays) / days;
    const { load: times, warmer } = changes.findLast(({ from }) => share >= from) ?? { load: 1, warmer: 0 };
    const hour = (24 * (row % rowsPerDay)) / rowsPerDay;
    const isNight = hour < 6 || hour >= 22;
    const load = times * (isNight ? 60 : 120) * Math.exp(0.25 * normal());
    const celsius = 15 + warmer + 5 * Math.sin((Math.PI * (hour - 9)) / 12) + 2 * normal();
    const kwh = Math.max(
      0,
      20 + 1.5 * load + 2 * Math.max(0, celsius - 18) + (isNight ? 10 : 0) + 4 * normal(),
    );
    const at = new Date(start + row * rowMs).toISOString().slice(0, 19).replace('T', ' ');
    const figures = [load, celsius].map((value) => value.toFixed(2));
    return [at, ...figures, isNight ? 'night' : 'day', kwh.toFixed(2)].join(',');
  });
}

/** The rows of some lines as a client sends them. */
export const requestOf = (lines: string[]): Record<string, string | number>[] =>
  lines.map((line) => {
    const [, load, celsius, shift] = line.split(',');
    return { load: Number(load), celsius: Number(celsius), shift };
  });
