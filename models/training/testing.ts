import { category, number, timestamp } from '../../contracts/columns.ts';
import { code, col, where } from '../../contracts/expression.ts';
import type { Frame } from '../../contracts/frame.ts';
import type { PipelineDefinition } from '../../contracts/pipeline.ts';
import { seededRandom } from '../random.ts';

/** What the tests of training share. */

export const context = { threads: 2, signal: new AbortController().signal, seed: 3 };

const [q, pf, load] = [col('q'), col('pf'), col('load')];
export const furnaceDefinition: PipelineDefinition = {
  name: 'furnace',
  title: { en: 'Furnace', es: 'Horno' },
  about: { en: 'Energy of a furnace', es: 'Energía de un horno' },
  task: 'regression',
  sources: { plant: { kind: 'csv', locations: [{ kind: 'file', path: 'plant.csv' }] } },
  columns: {
    kwh: number(),
    q: number({ optional: true }),
    pf: number({ optional: true }),
    hour: number(),
    load: category(['Light', 'Heavy'], { optional: true }),
    at: timestamp('%d/%m/%Y'),
  },
  target: 'kwh',
  inputs: ['q', 'pf', 'hour', 'load'],
  features: {
    q,
    pf,
    tangent: pf.dividedBy(pf.squared().negated().plus(1).squareRoot()),
    hourSine: col('hour')
      .times(Math.PI / 12)
      .sine(),
    hourExponential: col('hour').negated().exponential(),
    heavy: where(load.equals('Heavy'), 1, 0),
    constant: where(load.isMissing(), 1, 1),
  },
  base: q.times(pf).dividedBy(pf.squared().negated().plus(1).squareRoot()),
  split: { kind: 'random', test: 0.25, validation: 0.15 },
  candidates: [{ estimator: 'xgboost' }],
  schedules: { ingest: { cron: '30 1 * * *' }, train: { cron: '0 2 * * *' } },
};

/** The identity, plus what the hour and the load add to it; a tenth of the optional cells is missing. */
export function plantFrame(rows: number): Frame {
  const random = seededRandom(1, 'plant');
  const column = () => new Float64Array(rows);
  const [kwh, reactive, factor, hour] = [column(), column(), column(), column()];
  const codes = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    reactive[row] = 1 + random.next() * 40;
    factor[row] = 0.5 + random.next() * 0.49;
    hour[row] = random.integer(24);
    codes[row] = random.integer(2);
    const base = (reactive[row] * factor[row]) / Math.sqrt(1 - factor[row] ** 2);
    kwh[row] = base + 3 * codes[row] + 2 * Math.sin((hour[row] * Math.PI) / 12) + 0.1 * random.normal();
    if (random.next() < 0.1) codes[row] = -1;
  }
  for (let row = 0; row < 5; row++) {
    reactive[row] = row === 0 ? Number.NaN : reactive[row];
    factor[row] = [0.7, Number.NaN, 1, 2, 0][row];
    kwh[row] = 10;
  }
  return {
    rows,
    rowIds: Float64Array.from({ length: rows }, (_, row) => 7000 + 3 * row),
    columns: {
      kwh: { kind: 'number', values: kwh },
      q: { kind: 'number', values: reactive },
      pf: { kind: 'number', values: factor },
      hour: { kind: 'number', values: hour },
      load: { kind: 'text', codes, dictionary: ['Light', 'Heavy'] },
    },
  };
}

export const channels = ['digital', 'phone', 'visit'];
const regions = ['north', 'south', 'east', 'west'];

/** Three classes of unequal size, from a region and an amount, either of which may be missing, and an age. */
export const ordersDefinition: PipelineDefinition = {
  name: 'orders',
  title: { en: 'Orders', es: 'Pedidos' },
  about: { en: 'Channel of an order', es: 'Canal de un pedido' },
  task: 'classification',
  sources: furnaceDefinition.sources,
  columns: {
    channel: category(channels),
    region: category(regions, { optional: true }),
    amount: number({ optional: true }),
    age: number(),
    client: number(),
    day: number(),
  },
  target: 'channel',
  inputs: ['region', 'amount', 'age'],
  features: {
    region: code('region', regions),
    amount: col('amount'),
    age: col('age'),
    amountByAge: col('amount').dividedBy(col('age')),
  },
  steps: [{ step: 'one-hot', columns: ['region'] }],
  split: { kind: 'stratified', by: 'channel', test: 0.2, validation: 0.2 },
  metric: 'macroF1',
  candidates: [{ estimator: 'xgboost' }],
  schedules: furnaceDefinition.schedules,
};

/** Rows for `ordersDefinition`, always the same: about a fifth without a region, a tenth without an amount. */
export function ordersFrame(rows: number): Frame {
  const random = seededRandom(2, 'orders');
  const column = () => new Float64Array(rows);
  const [amount, age, client, day] = [column(), column(), column(), column()];
  const [region, channel] = [new Int32Array(rows), new Int32Array(rows)];
  for (let row = 0; row < rows; row++) {
    region[row] = random.integer(5) - 1;
    amount[row] = Math.exp(random.normal());
    age[row] = 18 + random.integer(60);
    client[row] = random.integer(40);
    day[row] = row;
    const merits = [1.5 - age[row] / 40, region[row] / 2 - 1, Math.log(amount[row]) - 1];
    const noisy = merits.map((merit) => 2 * merit - Math.log(-Math.log(1 - random.next())));
    channel[row] = noisy.indexOf(Math.max(...noisy));
    if (random.next() < 0.1) amount[row] = Number.NaN;
  }
  return {
    rows,
    rowIds: Float64Array.from({ length: rows }, (_, row) => row),
    columns: {
      channel: { kind: 'text', codes: channel, dictionary: channels },
      region: { kind: 'text', codes: region, dictionary: regions },
      amount: { kind: 'number', values: amount },
      age: { kind: 'number', values: age },
      client: { kind: 'number', values: client },
      day: { kind: 'number', values: day },
    },
  };
}
