import { category, ignored, number, timestamp } from '../contracts/columns.ts';
import { col, type Formula, num, text, where } from '../contracts/expression.ts';
import { definePipeline } from '../contracts/pipeline.ts';

const usage = col('Usage_kWh');
const lagging = { q: col('Lagging_Current_Reactive.Power_kVarh'), pf: col('Lagging_Current_Power_Factor') };
const leading = { q: col('Leading_Current_Reactive_Power_kVarh'), pf: col('Leading_Current_Power_Factor') };
const co2 = col('CO2(tCO2)');
const nsm = col('NSM');
const date = col('date');
const load = col('Load_Type');
type Pair = typeof lagging;

/** The date closes the quarter of an hour that a row is about; the weekday is that of its start. */
const intervalSeconds = 900;
/** Above what the plant's connection carries in a quarter of an hour, kWh or kVarh; the year's most is 157. */
const mostPerQuarter = 250;
/** Tonnes of CO2 that the meter books per kWh. */
const co2PerKwh = 0.4584e-3;
/** The meter rounds every reading to two places. */
const half = 0.005;

/** tan φ of a power factor in percent: reactive over active energy. */
const tangent = (pf: Formula) => num(100).dividedBy(pf).power(2).minus(1).squareRoot();
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
const weekday = weekdays
  .slice(0, -1)
  .reduceRight<Formula>(
    (otherwise, day, index) =>
      where(date.isoWeekday(-intervalSeconds).equals(index + 1), text(day), otherwise),
    text('Sunday'),
  );
const weekStatus = where(date.isoWeekday(-intervalSeconds).atLeast(6), text('Weekend'), text('Weekday'));

/** P, Q and PF of one pair determine one another: P = Q·PF/√(1−PF²). */
const pair = (name: string, reading: Pair, columns: { q: string; pf: string }) => ({
  name,
  determines: [
    { column: 'Usage_kWh', from: energy(reading), within: 1 },
    { column: columns.q, from: usage.times(tangent(reading.pf)), within: 0.5 },
    {
      column: columns.pf,
      from: num(100).dividedBy(reading.q.dividedBy(usage).power(2).plus(1).squareRoot()),
      within: 0.5,
    },
  ],
});
/** On 2 January 2018 the meter booked no CO2 whatever the load. */
const co2Silent = co2.equals(0).and(usage.atLeast(11));

const missing = ['error', '?', 'N/A', 'invalid', 'NULL', 'NAN'];
const readings = {
  laggingReactive: lagging.q,
  leadingReactive: leading.q,
  laggingPowerFactor: lagging.pf,
  leadingPowerFactor: leading.pf,
  co2,
};
const angle = nsm.times((2 * Math.PI) / 86_400);

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
    dirty: { kind: 'csv', missing, locations: [{ kind: 'file', path: 'steel/steel_energy_modified.csv' }] },
    original: { kind: 'csv', locations: [{ kind: 'file', path: 'steel/steel_energy_original.csv' }] },
    archive: {
      kind: 'csv',
      locations: [
        {
          kind: 'download',
          url: 'https://archive.ics.uci.edu/static/public/851/steel+industry+energy+consumption.zip',
          member: 'Steel_industry_data.csv',
          contentSha256: '1d973b9c09c453bab5e42a0593c42bb3894ad317eb6507652ae6e48b954cfe85',
        },
      ],
    },
    synthetic: { kind: 'csv', locations: [{ kind: 'generator', name: 'steel', rows: 35_040, seed: 851 }] },
  },
  columns: {
    date: timestamp('%d/%m/%Y %H:%M', {
      midnight: 'ends-day',
      trust: 3,
      about: 'End of the quarter of an hour',
    }),
    Usage_kWh: number({ unit: 'kWh', min: 0, max: mostPerQuarter, decimals: 2 }),
    'Lagging_Current_Reactive.Power_kVarh': number({
      unit: 'kVarh',
      min: 0,
      max: mostPerQuarter,
      decimals: 2,
      optional: true,
    }),
    Leading_Current_Reactive_Power_kVarh: number({
      unit: 'kVarh',
      min: 0,
      max: mostPerQuarter,
      decimals: 2,
      optional: true,
    }),
    'CO2(tCO2)': number({ unit: 't', min: 0, decimals: 2, optional: true }),
    Lagging_Current_Power_Factor: number({
      unit: '%',
      min: 0,
      max: 100,
      decimals: 2,
      trust: 2,
      optional: true,
    }),
    Leading_Current_Power_Factor: number({
      unit: '%',
      min: 0,
      max: 100,
      decimals: 2,
      trust: 2,
      optional: true,
    }),
    NSM: number({ unit: 's', min: 0, max: 86_399, decimals: 0, about: 'Seconds since midnight' }),
    WeekStatus: category(['Weekday', 'Weekend']),
    Day_of_week: category(weekdays),
    Load_Type: category(['Light_Load', 'Medium_Load', 'Maximum_Load'], { optional: true }),
    mixed_type_col: ignored('Junk that the dirty file carries'),
  },
  target: 'Usage_kWh',
  inputs: [
    'Lagging_Current_Reactive.Power_kVarh',
    'Leading_Current_Reactive_Power_kVarh',
    'CO2(tCO2)',
    'Lagging_Current_Power_Factor',
    'Leading_Current_Power_Factor',
    'NSM',
    'WeekStatus',
    'Day_of_week',
    'Load_Type',
  ],
  sequence: { column: 'date', everySeconds: intervalSeconds },
  identities: [
    pair('lagging', lagging, {
      q: 'Lagging_Current_Reactive.Power_kVarh',
      pf: 'Lagging_Current_Power_Factor',
    }),
    pair('leading', leading, {
      q: 'Leading_Current_Reactive_Power_kVarh',
      pf: 'Leading_Current_Power_Factor',
    }),
    {
      name: 'co2',
      when: co2Silent.not(),
      determines: [
        { column: 'CO2(tCO2)', from: usage.times(co2PerKwh), within: 0.02 },
        { column: 'Usage_kWh', from: co2.dividedBy(co2PerKwh), within: 1 },
      ],
    },
    { name: 'clock', determines: [{ column: 'NSM', from: date.secondOfDay() }] },
    { name: 'week-status', determines: [{ column: 'WeekStatus', from: weekStatus }] },
    { name: 'weekday', determines: [{ column: 'Day_of_week', from: weekday }] },
  ],
  expectations: [
    { kind: 'unique', columns: ['date'] },
    { kind: 'rowCount', atLeast: 1 },
    { kind: 'nullShare', column: 'Usage_kWh', atMost: 0.05 },
    { kind: 'holds', name: 'co2-reported', expression: co2Silent.not(), severity: 'warn' },
  ],
  features: {
    ...readings,
    laggingEnergy: fromInverseSquare(inverseSquare(lagging.q, lagging.pf)),
    leadingEnergy: fromInverseSquare(inverseSquare(leading.q, leading.pf)),
    leastEnergy: fromInverseSquare(upper),
    mostEnergy: fromInverseSquare(lower),
    co2Energy: co2.dividedBy(co2PerKwh),
    timeSine: angle.sine(),
    timeCosine: angle.cosine(),
    lightLoad: where(load.equals('Light_Load'), 1, 0),
    maximumLoad: where(load.equals('Maximum_Load'), 1, 0),
    weekend: where(col('WeekStatus').equals('Weekend'), 1, 0),
    ...Object.fromEntries(
      weekdays.map((day) => [day.toLowerCase(), where(col('Day_of_week').equals(day), 1, 0)]),
    ),
  },
  base: fused,
  split: { kind: 'random', test: 0.25, validation: 0.15 },
  candidates: [
    { estimator: 'xgboost', trials: 12 },
    { estimator: 'random-forest' },
    { estimator: 'ridge' },
    { estimator: 'linear' },
  ],
  schedules: { ingest: { cron: '30 1 * * *' }, train: { cron: '0 2 * * *' } },
});
