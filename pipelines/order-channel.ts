import { category, number, timestamp } from '../contracts/columns.ts';
import { col, flags, where } from '../contracts/expression.ts';
import { definePipeline } from '../contracts/pipeline.ts';

const channels = ['DIGITAL', 'TELEFONO', 'VENDEDOR'] as const;
const segments = ['KIOSCO', 'ALMACEN', 'RESTAURANTE', 'MAYORISTA'] as const;
/** The warehouse's orders are counted from this day on. */
const firstDay = '2024-01-01';

/**
 * One row a client: the channel of its last order, and what its orders before that one say; who ordered last comes last.
 * An order's id rises with time; all sums are of whole numbers, so that they are exact whatever the order of summation.
 * Words become positions in lists before the orders are sorted: rows are narrow then, and distinct categories are bits.
 */
const sql = `
WITH kinds AS MATERIALIZED (SELECT list(DISTINCT channel) AS channels, list(DISTINCT category) AS categories FROM orders),
coded AS (
  SELECT client_id, order_id, ordered_at, amount_cents, items, late,
    list_position(channels, channel)::UTINYINT AS kind, list_position(categories, category)::UTINYINT AS category,
    channel = 'DIGITAL' AS digital, channel = 'TELEFONO' AS telefono, hour(ordered_at) >= 20 AS at_night,
    discount_percent > 0 AS discounted FROM orders, kinds
), followed AS (
  SELECT *, lead(kind) OVER (PARTITION BY client_id ORDER BY order_id) AS next_kind FROM coded
), past AS (
  SELECT client_id, arg_max(next_kind, order_id) AS next_kind, arg_max(kind, order_id) AS last_kind, count(*) AS orders,
    count_if(digital) AS digital, count_if(telefono) AS telefono, max(ordered_at) AS last_at, min(ordered_at) AS first_at,
    sum(amount_cents) AS amount_cents, max(amount_cents) AS most_cents, sum(items) AS items,
    bit_count(bit_or(1::BIGINT << category)) AS variety, count_if(at_night) AS at_night,
    count_if(discounted) AS discounted, count_if(late) AS late
  FROM followed WHERE next_kind IS NOT NULL GROUP BY client_id
)
SELECT client_id, channels[next_kind] AS channel, orders, digital, telefono, orders - digital - telefono AS vendedor,
  channels[last_kind] AS last_channel, last_at, date_diff('hour', TIMESTAMP '${firstDay}', last_at) AS last_hour,
  date_diff('day', first_at, last_at) AS tenure_days, amount_cents, most_cents, items, variety AS categories,
  at_night, discounted, late, segment, region, owner_age, distance_m
FROM past JOIN clients USING (client_id), kinds ORDER BY last_at, client_id`;

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
/** What a client sends: known before the order that is foretold. */
const inputs = {
  orders: number({ min: 1, decimals: 0, about: 'Orders before the one to foretell' }),
  ...{ digital: count, telefono: count, vendedor: count, items: count, categories: count },
  ...{ at_night: count, discounted: count, late: count },
  last_channel: category(channels, { about: 'Of the newest order so far' }),
  last_hour: number({ unit: 'h', min: 0, about: `From ${firstDay} to the newest order so far` }),
  tenure_days: number({ unit: 'd', min: 0, about: 'From the first to the newest order so far' }),
  ...{ amount_cents: count, most_cents: count },
  segment: category(segments),
  region: number({ min: 1, max: 8, decimals: 0 }),
  owner_age: number({ unit: 'a', min: 18, max: 100, decimals: 0 }),
  distance_m: number({ unit: 'm', min: 0, decimals: 0 }),
};
const growth = { rounds: 600, earlyStoppingRounds: 20, learningRate: 0.2, maxDepth: 3 };
const boosting = { ...growth, subsample: 0.8, colsampleByTree: 0.7, maxBins: 64 };
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
    lastYears: col('last_hour').dividedBy(24 * 365),
    orders,
    settled: where(orders.atLeast(5), 1, 0),
    tenureDays: col('tenure_days'),
    gapDays: col('tenure_days').dividedBy(orders.minus(1).atLeastOf(1)),
    orderSize: share('amount_cents').naturalLog(),
    largestOrder: col('most_cents').naturalLog(),
    amount: col('amount_cents').dividedBy(100),
    itemsPerOrder: share('items'),
    categories: col('categories'),
    nightShare: share('at_night'),
    discountShare: share('discounted'),
    lateShare: share('late'),
    ownerAge: col('owner_age'),
    youngAtNight: where(col('owner_age').lessThan(40).and(share('at_night').greaterThan(0.3)), 1, 0),
    distanceKm: col('distance_m').dividedBy(1000),
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
    // Calibration has to undo what weights do to probabilities; as the classes are, it has less to undo.
    { name: 'xgboost-as-is', estimator: 'xgboost', params: boosting, search, trials: 5, weights: 'none' },
    { name: 'logistic-as-is', estimator: 'logistic', weights: 'none' },
    { name: 'vote', estimator: 'voting', members },
    { name: 'stack', estimator: 'stacking', params: { folds: 3 }, members: [...members, 'naive-bayes'] },
  ],
  metric: 'macroF1',
  tieBreak: 'logLoss',
  calibration: 'auto',
  // A wrong guess is a contact in vain; a client whom the seller does not visit is often an order lost.
  costs: {
    DIGITAL: { TELEFONO: 1, VENDEDOR: 1 },
    TELEFONO: { DIGITAL: 1, VENDEDOR: 1 },
    VENDEDOR: { DIGITAL: 3, TELEFONO: 2 },
  },
  schedules: { ingest: { cron: '30 1 * * *' }, train: { cron: '0 2 * * *' } },
});
