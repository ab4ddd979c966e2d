import { type ColumnInput, category, number } from '../contracts/columns.ts';
import { code, col, flags } from '../contracts/expression.ts';
import { definePipeline } from '../contracts/pipeline.ts';

/** The five commonest of twenty kinds of traffic, 83 % of the sessions, and the rest in one. */
const kinds = ['2', '1', '3', '4', '13'] as const;
const traffic = [...kinds, 'other'] as const;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'June', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const visitors = ['Returning_Visitor', 'New_Visitor', 'Other'] as const;

/** Readings of a session that have no place in a group of values, with their units. */
const readings: Record<string, ColumnInput> = {
  Administrative: number({ min: 0, decimals: 0, about: 'Pages of this kind that were seen' }),
  Administrative_Duration: number({ unit: 's', min: 0 }),
  Informational: number({ min: 0, decimals: 0 }),
  Informational_Duration: number({ unit: 's', min: 0 }),
  ProductRelated: number({ min: 0, decimals: 0 }),
  ProductRelated_Duration: number({ unit: 's', min: 0 }),
  BounceRates: number({ min: 0, max: 1 }),
  ExitRates: number({ min: 0, max: 1 }),
  PageValues: number({ min: 0 }),
  SpecialDay: number({ min: 0, max: 1, about: 'Closeness to a holiday' }),
  Weekend: number({ min: 0, max: 1 }),
  Revenue: number({ min: 0, max: 1, about: 'Whether the session ended in a purchase' }),
};
/** Numbers that are names. */
const codes: Record<string, ColumnInput> = {
  OperatingSystems: number({ min: 1, decimals: 0 }),
  Browser: number({ min: 1, decimals: 0 }),
  Region: number({ min: 1, decimals: 0 }),
};
const inputs: Record<string, ColumnInput> = {
  ...readings,
  ...codes,
  Month: category(months),
  VisitorType: category(visitors),
};

const plain = ['Weekend', 'Revenue'];
const cells = Object.keys(inputs).map((name) =>
  plain.includes(name) ? `${name}::INTEGER AS ${name}` : name,
);
/** Sessions keep the order of the file. */
const sql = `
SELECT CASE WHEN TrafficType IN (${kinds.join(', ')}) THEN TrafficType::VARCHAR ELSE 'other' END AS Traffic,
  ${cells.join(', ')}
FROM sessions ORDER BY _line`;
const tables = (
  location: { kind: 'file'; path: string } | { kind: 'generator'; name: string; rows: number; seed: number },
) => ({
  sessions: { format: 'csv' as const, delimiter: ';', locations: [location] },
});

const time = (page: string) => col(`${page}_Duration`).dividedBy(col(page).atLeastOf(1));
const forest = { trees: 200, colsampleByNode: 0.4, minChildWeight: 3 };
/** A mistake costs more the rarer the kind that it misses, so that the commonest is not the answer to everything. */
const missed = { 2: 1, 1: 1.1, 3: 1.1, 4: 1.25, 13: 1.3, other: 1.1 };
const costs = Object.fromEntries(
  Object.entries(missed).map(([kind, cost]) => [
    kind,
    Object.fromEntries(traffic.filter((answer) => answer !== kind).map((answer) => [answer, cost])),
  ]),
);

export const onlineShoppers = definePipeline({
  name: 'online-shoppers',
  title: { en: 'Where a shop’s visitor comes from', es: 'De dónde llega quien visita una tienda' },
  about: {
    en: 'Kind of traffic that brought a session to an online shop, in six groups: a real stand-in for the channel of an order.',
    es: 'Tipo de tráfico que trajo una sesión a una tienda en línea, en seis grupos: un sustituto real del canal de un pedido.',
  },
  task: 'classification',
  sources: {
    original: {
      kind: 'tables',
      tables: tables({ kind: 'file', path: 'online_shoppers/online_shoppers_intention.csv' }),
      sql,
    },
    synthetic: {
      kind: 'tables',
      tables: tables({ kind: 'generator', name: 'shoppers', rows: 12_330, seed: 468 }),
      sql,
    },
  },
  columns: { Traffic: category(traffic), ...inputs },
  target: 'Traffic',
  inputs: Object.keys(inputs),
  expectations: [
    { kind: 'rowCount', atLeast: 500 },
    { kind: 'unique', columns: ['Traffic', ...Object.keys(inputs)], severity: 'warn' },
    { kind: 'nullShare', column: 'Traffic', atMost: 0 },
  ],
  features: {
    ...Object.fromEntries(Object.keys(readings).map((name) => [name, col(name)])),
    ...Object.fromEntries(Object.keys(codes).map((name) => [name, col(name)])),
    month: code('Month', months),
    ...flags('VisitorType', visitors.slice(0, 2)),
    productPageSeconds: time('ProductRelated'),
    administrativePageSeconds: time('Administrative'),
    leaving: col('ExitRates').minus(col('BounceRates')),
  },
  steps: [{ step: 'one-hot', columns: ['OperatingSystems', 'Browser', 'Region', 'month'] }],
  split: { kind: 'stratified', by: 'Traffic', test: 0.2, validation: 0.2 },
  validation: { kind: 'stratified', folds: 3 },
  seed: 7,
  candidates: [
    {
      estimator: 'xgboost',
      params: {
        rounds: 500,
        learningRate: 0.06,
        maxDepth: 4,
        subsample: 0.8,
        colsampleByTree: 0.4,
        maxBins: 64,
      },
      search: {
        learningRate: { kind: 'float', low: 0.04, high: 0.12, log: true },
        maxDepth: { kind: 'integer', low: 3, high: 6 },
        minChildWeight: { kind: 'float', low: 1, high: 20, log: true },
      },
      trials: 4,
    },
    { estimator: 'random-forest', params: forest },
    { estimator: 'logistic' },
  ],
  metric: 'macroF1',
  calibration: 'auto',
  costs,
  schedules: { ingest: { cron: '30 1 * * *' }, train: { cron: '0 2 * * *' } },
});
