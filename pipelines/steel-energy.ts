import { category, ignored, number, timestamp } from '../contracts/columns.ts';
import { col, cyclical, type Formula, flags, num, text, where } from '../contracts/expression.ts';
import { definePipeline } from '../contracts/pipeline.ts';

const names = {
  laggingQ: 'Lagging_Current_Reactive.Power_kVarh',
  leadingQ: 'Leading_Current_Reactive_Power_kVarh',
  co2: 'CO2(tCO2)',
  laggingPf: 'Lagging_Current_Power_Factor',
  leadingPf: 'Leading_Current_Power_Factor',
};
const lagging = { name: 'lagging', q: col(names.laggingQ), pf: col(names.laggingPf) };
const leading = { name: 'leading', q: col(names.leadingQ), pf: col(names.leadingPf) };
const [usage, co2, date] = [col('Usage_kWh'), col(names.co2), col('date')];
type Pair = typeof lagging;
/** The date closes the quarter of an hour that a row is about; the weekday is that of its start. */
const intervalSeconds = 900;
/** Above what the plant's connection carries in a quarter of an hour, kWh or kVarh; the year's most is 157. */
const mostPerQuarter = 250;
/** Tonnes of CO2 that the meter books per kWh. */
const co2PerKwh = 0.4584e-3;
/** The meter rounds every reading to two places. */
const half = 0.005;
/** tan φ, reactive over active energy, of a power factor in percent, and back. */
const tangent = (pf: Formula) => num(100).dividedBy(pf).power(2).minus(1).squareRoot();
const percentOf = (tan: Formula) => num(100).dividedBy(tan.power(2).plus(1).squareRoot());
const energy = ({ q, pf }: Pair) => q.dividedBy(tangent(pf));
/** 1/P² of a pair: linear in the power factor's rounding error, which P is not; (1−f)(1+f) keeps the digits near f = 1. */
const inverseSquare = (q: Formula, pf: Formula) =>
  num(100).minus(pf).times(pf.plus(100)).dividedBy(pf.times(q).power(2));
const fromInverseSquare = (y: Formula) => num(1).dividedBy(y.squareRoot());
/** The bounds that rounding sets to 1/P² by each pair and by CO2; a missing or zero reading bounds nothing. */
const none = 1e12;
const least = ({ q, pf }: Pair) => inverseSquare(q.plus(half), pf.plus(half)).atLeastOf(0).orElse(0);
const most = ({ q, pf }: Pair) =>
  where(q.greaterThan(half), inverseSquare(q.minus(half), pf.minus(half)), none).orElse(none);
const co2Bound = (margin: number, otherwise: number) =>
  where(co2.greaterThan(0), num(co2PerKwh).dividedBy(co2.plus(margin)).power(2), otherwise);
const lower = least(lagging).atLeastOf(least(leading)).atLeastOf(co2Bound(half, 0));
const upper = most(lagging).atMostOf(most(leading)).atMostOf(co2Bound(-half, none));
/** Middle of the interval in which every reading of the row puts the energy, taken in 1/P². */
const fused = fromInverseSquare(lower.plus(upper).dividedBy(2));
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const day = date.isoWeekday(-intervalSeconds);
const weekday = weekdays.reduceRight<Formula>(
  (otherwise, name, index) => where(day.equals(index + 1), text(name), otherwise),
  text('Sunday'),
);
/** P, Q and PF of one pair determine one another: P = Q·PF/√(1−PF²). */
const pair = (reading: Pair, q: string, pf: string) => ({
  name: reading.name,
  determines: [
    { column: 'Usage_kWh', from: energy(reading), within: 1 },
    { column: q, from: usage.times(tangent(reading.pf)), within: 0.5 },
    { column: pf, from: percentOf(reading.q.dividedBy(usage)), within: 0.5 },
  ],
});
/** On 2 January 2018 the meter booked no CO2 whatever the load. */
const co2Silent = co2.equals(0).and(usage.atLeast(11));
const missing = ['error', '?', 'N/A', 'invalid', 'NULL', 'NAN'];
const reactive = number({ unit: 'kVarh', min: 0, max: mostPerQuarter, decimals: 2 });
const powerFactor = number({ unit: '%', min: 0, max: 100, decimals: 2, trust: 2 });

const plain = ['random-forest', 'ridge', 'linear'].map((estimator) => ({ estimator }));
const file = (state: string) => ({ kind: 'file' as const, path: `steel/steel_energy_${state}.csv` });
const archive = {
  kind: 'download' as const,
  url: 'https://archive.ics.uci.edu/static/public/851/steel+industry+energy+consumption.zip',
  member: 'Steel_industry_data.csv',
  contentSha256: '1d973b9c09c453bab5e42a0593c42bb3894ad317eb6507652ae6e48b954cfe85',
};
export const steelEnergy = definePipeline({
  name: 'steel-energy',
  title: { en: 'Energy of a steel plant', es: 'Energía de una acería' },
  about: {
    en: 'Active energy of a quarter of an hour from the electrical readings of the same quarter: a soft sensor, not a forecast.',
    es: 'Energía activa de un cuarto de hora a partir de las lecturas eléctricas del mismo cuarto: un sensor virtual, no un pronóstico.',
  },
  task: 'regression',
  timezone: 'Asia/Seoul',
  sources: {
    dirty: { kind: 'csv', missing, locations: [file('modified')] },
    original: { kind: 'csv', locations: [file('original')] },
    archive: { kind: 'csv', locations: [archive] },
    synthetic: { kind: 'csv', locations: [{ kind: 'generator', name: 'steel', rows: 35_040, seed: 851 }] },
  },
  columns: {
    date: timestamp('%d/%m/%Y %H:%M', { midnight: 'ends-day', trust: 3 }),
    Usage_kWh: number({ unit: 'kWh', min: 0, max: mostPerQuarter, decimals: 2 }),
    [names.laggingQ]: reactive,
    [names.leadingQ]: reactive,
    [names.co2]: number({ unit: 't', min: 0, decimals: 2, optional: true }),
    [names.laggingPf]: powerFactor,
    [names.leadingPf]: powerFactor,
    NSM: number({ unit: 's', min: 0, max: 86_399, decimals: 0, about: 'Seconds since midnight' }),
    WeekStatus: category(['Weekday', 'Weekend']),
    Day_of_week: category(weekdays),
    Load_Type: category(['Light_Load', 'Medium_Load', 'Maximum_Load'], { optional: true }),
    mixed_type_col: ignored('Junk that the dirty file carries'),
  },
  target: 'Usage_kWh',
  inputs: [...Object.values(names), 'NSM', 'WeekStatus', 'Day_of_week', 'Load_Type'],
  sequence: { column: 'date', everySeconds: intervalSeconds },
  identities: [
    pair(lagging, names.laggingQ, names.laggingPf),
    pair(leading, names.leadingQ, names.leadingPf),
    {
      name: 'co2',
      when: co2Silent.not(),
      determines: [
        { column: names.co2, from: usage.times(co2PerKwh), within: 0.02 },
        { column: 'Usage_kWh', from: co2.dividedBy(co2PerKwh), within: 1 },
      ],
    },
    { name: 'clock', determines: [{ column: 'NSM', from: date.secondOfDay() }] },
    {
      name: 'week',
      determines: [{ column: 'WeekStatus', from: where(day.atLeast(6), text('Weekend'), text('Weekday')) }],
    },
    { name: 'weekday', determines: [{ column: 'Day_of_week', from: weekday }] },
  ],
  expectations: [
    { kind: 'unique', columns: ['date'] },
    { kind: 'rowCount', atLeast: 1 },
    { kind: 'nullShare', column: 'Usage_kWh', atMost: 0.05 },
    { kind: 'holds', name: 'co2-reported', expression: co2Silent.not(), severity: 'warn' },
  ],
  features: {
    laggingReactive: lagging.q,
    leadingReactive: leading.q,
    laggingPowerFactor: lagging.pf,
    leadingPowerFactor: leading.pf,
    laggingEnergy: fromInverseSquare(inverseSquare(lagging.q, lagging.pf)),
    leadingEnergy: fromInverseSquare(inverseSquare(leading.q, leading.pf)),
    leastEnergy: fromInverseSquare(upper),
    mostEnergy: fromInverseSquare(lower),
    co2Energy: co2.dividedBy(co2PerKwh),
    ...cyclical('time', col('NSM'), 86_400),
    ...flags('Load_Type', ['Light_Load', 'Maximum_Load']),
    ...flags('Day_of_week', weekdays.slice(0, -1)),
  },
  base: fused,
  split: { kind: 'random', test: 0.25, validation: 0.15 },
  candidates: [{ estimator: 'xgboost', trials: 12 }, ...plain],
  interval: { level: 0.9 },
  schedules: { ingest: { cron: '30 1 * * *' }, train: { cron: '0 2 * * *' } },
});
