import { category, number } from '../contracts/columns.ts';
import { col, cyclical, flags } from '../contracts/expression.ts';
import { definePipeline } from '../contracts/pipeline.ts';

const directions = ['DOWN', 'UP'] as const;
/** The market publishes the last half-hour's direction before this one ends, and its price with it. */
const sql = `
SELECT CASE WHEN class = 1 THEN 'UP' ELSE 'DOWN' END AS direction, _line AS line, period, nswprice, nswdemand, vicprice,
  vicdemand, transfer,
  CASE WHEN lag(class) OVER (ORDER BY _line) = 1 THEN 'UP' ELSE 'DOWN' END AS last_direction,
  coalesce(lag(nswprice) OVER (ORDER BY _line), nswprice) AS last_price
FROM half_hours ORDER BY _line`;
const tables = (
  location: { kind: 'file'; path: string } | { kind: 'generator'; name: string; rows: number; seed: number },
) => ({
  kind: 'tables' as const,
  tables: { half_hours: { format: 'csv' as const, locations: [location] } },
  sql,
});

/** Scaled to 0..1 by whoever published the records. */
const scaled = number({ min: 0, max: 1 });
const readings = {
  ...{
    period: scaled,
    nswprice: scaled,
    nswdemand: scaled,
    vicprice: scaled,
    vicdemand: scaled,
    transfer: scaled,
  },
  last_price: scaled,
};
const names = Object.keys(readings);

/** A stream that drifts: prices of a market whose rules, seasons and neighbours change while the model serves. */
export const electricityPrice = definePipeline({
  name: 'electricity-price',
  title: { en: 'Direction of an electricity price', es: 'Dirección del precio de la electricidad' },
  about: {
    en: 'Whether the half-hour price in New South Wales lies above its mean of the last day (Elec2): a stream with drift.',
    es: 'Si el precio de la media hora en Nueva Gales del Sur supera la media del último día (Elec2): una serie con deriva.',
  },
  task: 'classification',
  timezone: 'Australia/Sydney',
  sources: {
    elec2: tables({ kind: 'file', path: 'elec2/elec.csv' }),
    synthetic: tables({ kind: 'generator', name: 'electricity', rows: 45_312, seed: 1996 }),
  },
  columns: {
    direction: category(directions),
    line: number({ min: 0, decimals: 0, about: 'Of the file: half-hours in their order' }),
    ...readings,
    last_direction: category(directions, { about: 'Of the half-hour before' }),
  },
  target: 'direction',
  inputs: [...names, 'last_direction'],
  features: {
    ...Object.fromEntries(names.map((name) => [name, col(name)])),
    rise: col('nswprice').minus(col('last_price')),
    ...cyclical('time', col('period'), 1),
    ...flags('last_direction', ['UP']),
  },
  split: { kind: 'time', by: 'line', test: 0.2, validation: 0.2 },
  candidates: [
    {
      estimator: 'xgboost',
      params: { rounds: 300, learningRate: 0.1, maxDepth: 4, subsample: 0.8, earlyStoppingRounds: 20 },
    },
    { estimator: 'logistic' },
  ],
  metric: 'accuracy',
  calibration: 'auto',
  retrain: { mode: 'auto' },
  schedules: { ingest: { cron: '15 1 * * *' }, train: { cron: '45 1 * * *' } },
});
