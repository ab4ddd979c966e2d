import { category, number, timestamp } from '../contracts/columns.ts';
import { col, flags, where } from '../contracts/expression.ts';
import { definePipeline } from '../contracts/pipeline.ts';

const channels = ['DIGITAL', 'TELEFONO', 'VENDEDOR'] as const;
const segments = ['KIOSCO', 'ALMACEN', 'RESTAURANTE', 'MAYORISTA'] as const;
/** The warehouse's orders are counted from this day on. */
const firstDay = '2024-01-01';

/**
 * One row a client: the channel of its last order, and what its orders before that one say. An order's id rises with
 * time; amounts are whole cents, so that sums are exact whatever the order of summation.
 */
const sql = `
WITH last AS (
  SELECT client_id, max(order_id) AS order_id, arg_max(channel, order_id) AS channel FROM orders GROUP BY client_id
), past AS (
  SELECT o.client_id, count(*) AS orders, count(*) FILTER (o.channel = 'DIGITAL') AS digital,
    count(*) FILTER (o.channel = 'TELEFONO') AS telefono, count(*) FILTER (o.channel = 'VENDEDOR') AS vendedor,
    arg_max(o.channel, o.order_id) AS last_channel, arg_max(o.late, o.order_id)::INTEGER AS last_late,
    max(o.ordered_at) AS last_at, min(o.ordered_at) AS first_at, sum(o.amount_cents) AS cents,
    max(o.amount_cents) AS most_cents, sum(o.items) AS items, count(DISTINCT o.category) AS categories,
    count(*) FILTER (hour(o.ordered_at) >= 20) AS at_night, count(*) FILTER (o.discount_percent > 0) AS discounted,
    count(*) FILTER (o.late) AS late
  FROM orders o JOIN last l ON l.client_id = o.client_id AND o.order_id < l.order_id
  GROUP BY o.client_id
)
SELECT client_id, l.channel, p.orders, p.digital, p.telefono, p.vendedor, p.last_channel, p.last_late, p.last_at,
  date_diff('second', TIMESTAMP '${firstDay}', p.last_at) / 86400 AS last_day,
  date_diff('day', p.first_at, p.last_at) AS tenure_days, p.cents / 100 AS amount, p.most_cents / 100 AS most_amount,
  p.items, p.categories, p.at_night, p.discounted, p.late, c.segment, c.region, c.owner_age, c.distance_km
FROM past p JOIN last l USING (client_id) JOIN clients c USING (client_id)
ORDER BY client_id`;

const file = (name: string) => ({
  format: 'parquet' as const,
  locations: [{ kind: 'file' as const, path: `orders/${name}.parquet` }],
});
const generated = (table: string) => ({
  format: 'parquet' as const,
  locations: [{ kind: 'generator' as const, name: 'orders', rows: 1_250_000, seed: 20_260_101, table }],
});

const orders = col('orders');
/** A share of few orders says little: as if one order more had come through each channel. */
const habit = (channel: string) => col(channel).plus(1).dividedBy(orders.plus(channels.length));
const total = col('digital').plus(col('telefono')).plus(col('vendedor'));
const share = (name: string) => col(name).dividedBy(orders);
const count = number({ min: 0, decimals: 0 });
const days = (about: string) => number({ unit: 'd', min: 0, about });
/** What a client sends: known before the order that is foretold. */
const inputs = {
  orders: number({ min: 1, decimals: 0, about: 'Orders before the one to foretell' }),
  ...{ digital: count, telefono: count, vendedor: count, items: count, categories: count },
  ...{ at_night: count, discounted: count, late: count },
  last_channel: category(channels, { about: 'Of the newest order so far' }),
  last_late: number({ min: 0, max: 1, about: 'Whether the newest order so far came late' }),
  last_day: days(`From ${firstDay} to the newest order so far`),
  tenure_days: days('From the first to the newest order so far'),
  amount: number({ min: 0, decimals: 2 }),
  most_amount: number({ min: 0, decimals: 2 }),
  segment: category(segments),
  region: number({ min: 1, max: 8, decimals: 0 }),
  owner_age: number({ unit: 'a', min: 18, max: 100, decimals: 0 }),
  distance_km: number({ unit: 'km', min: 0, decimals: 1 }),
};
const boosting = {
  ...{ rounds: 600, earlyStoppingRounds: 20, learningRate: 0.2, maxDepth: 3 },
  ...{ subsample: 0.8, colsampleByTree: 0.7, maxBins: 64 },
};

const search = {
  learningRate: { kind: 'float' as const, low: 0.07, high: 0.3, log: true },
  maxDepth: { kind: 'integer' as const, low: 2, high: 4 },
};
const members = ['xgboost', 'logistic'];

export const orderChannel = definePipeline({
  name: 'order-channel',
  title: { en: 'Channel of a client’s next order', es: 'Canal del próximo pedido de un cliente' },
  about: {
    en: 'Whether a client of a wholesaler will order online, by telephone or through a seller, from its orders so far.',
    es: 'Si un cliente de un mayorista pedirá por la web, por teléfono o por un vendedor, según sus pedidos hasta ahora.',
  },
  task: 'classification',
  timezone: 'America/Santiago',
  sources: {
    warehouse: { kind: 'tables', tables: { orders: file('orders'), clients: file('clients') }, sql },
    synthetic: {
      kind: 'tables',
      tables: { orders: generated('orders'), clients: generated('clients') },
      sql,
    },
  },
  columns: {
    client_id: number({ decimals: 0 }),
    channel: category(channels),
    last_at: timestamp('%Y-%m-%d %H:%M:%S'),
    ...inputs,
  },
  target: 'channel',
  inputs: Object.keys(inputs),
  expectations: [
    { kind: 'unique', columns: ['client_id'] },
    { kind: 'holds', name: 'channels-add-up', expression: total.equals(orders) },
  ],
  features: {
    ...{ habitDigital: habit('digital'), habitTelefono: habit('telefono'), habitVendedor: habit('vendedor') },
    ...flags('last_channel', channels),
    lastLate: col('last_late'),
    lastDigitalLate: where(col('last_channel').equals('DIGITAL'), col('last_late'), 0),
    lastYears: col('last_day').dividedBy(365),
    orders,
    settled: where(orders.atLeast(5), 1, 0),
    tenureDays: col('tenure_days'),
    gapDays: col('tenure_days').dividedBy(orders.minus(1).atLeastOf(1)),
    orderSize: share('amount').naturalLog(),
    largestOrder: col('most_amount').naturalLog(),
    amount: col('amount'),
    itemsPerOrder: share('items'),
    categories: col('categories'),
    nightShare: share('at_night'),
    discountShare: share('discounted'),
    lateShare: share('late'),
    ownerAge: col('owner_age'),
    youngAtNight: where(col('owner_age').lessThan(40).and(share('at_night').greaterThan(0.3)), 1, 0),
    distanceKm: col('distance_km'),
    capital: where(col('region').atMost(2), 1, 0),
    region: col('region'),
    ...flags('segment', segments),
  },
  steps: [{ step: 'select', correlation: 0.95, varianceInflation: 10 }],
  weights: 'balanced',
  split: { kind: 'stratified', by: 'channel', test: 0.2, validation: 0.2 },
  candidates: [
    { estimator: 'xgboost', params: boosting, search, trials: 5 },
    { estimator: 'logistic' },
    { estimator: 'naive-bayes' },
    { name: 'vote', estimator: 'voting', members },
    { name: 'stack', estimator: 'stacking', params: { folds: 3 }, members: [...members, 'naive-bayes'] },
  ],
  metric: 'macroF1',
  calibration: 'auto',
  costs: {
    DIGITAL: { TELEFONO: 1, VENDEDOR: 3 },
    TELEFONO: { DIGITAL: 2, VENDEDOR: 2 },
    VENDEDOR: { DIGITAL: 4, TELEFONO: 2 },
  },
  schedules: { ingest: { cron: '30 1 * * *' }, train: { cron: '0 2 * * *' } },
});
