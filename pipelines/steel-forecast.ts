import { code, col, type Formula, num } from '../contracts/expression.ts';
import { definePipeline } from '../contracts/pipeline.ts';
import { steelEnergy } from './steel-energy.ts';

const everySeconds = 900;
/** Intervals of a quarter of an hour. */
const [hour, day, week] = [4, 96, 672];
const of = 'Usage_kWh';
const loads = ['Light_Load', 'Medium_Load', 'Maximum_Load'] as const;

const lag = (steps: number) => ({ kind: 'lag' as const, of, steps });
const rolling = (window: number) => ({ kind: 'rolling' as const, of, window, statistic: 'mean' as const });
const seasonalLag = (period: number, cycles: number) => ({
  kind: 'seasonalLag' as const,
  of,
  period,
  cycles,
});
const seasonal = (period: number, cycles: number) => ({
  kind: 'seasonalRolling' as const,
  of,
  period,
  cycles,
  statistic: 'mean' as const,
});
/** The same time of the newest days on which the tariff's load type was that of the target: working days, or not. */
const alike = (cycles: number) => ({ ...seasonal(day, cycles), like: 'Load_Type', lookBack: 28 });
/** The date closes the quarter of an hour that a row is about. */
const clock = (part: 'secondOfDay' | 'isoWeekday') => ({
  kind: 'calendar' as const,
  part,
  offsetSeconds: -everySeconds,
});

const history = {
  ahead: { kind: 'horizon' as const },
  secondOfDay: clock('secondOfDay'),
  weekday: clock('isoWeekday'),
  now: lag(0),
  ...Object.fromEntries([1, 2, 3, 7].map((steps) => [`back${steps}`, lag(steps)])),
  loadNow: { ...lag(0), of: 'Load_Type' },
  laggingNow: { ...lag(0), of: 'Lagging_Current_Reactive.Power_kVarh' },
  leadingNow: { ...lag(0), of: 'Leading_Current_Reactive_Power_kVarh' },
  laggingBefore: { ...lag(1), of: 'Lagging_Current_Reactive.Power_kVarh' },
  powerFactorNow: { ...lag(0), of: 'Lagging_Current_Power_Factor' },
  unrestHour: { ...rolling(hour), statistic: 'deviation' as const },
  unrestHours: { ...rolling(4 * hour), statistic: 'deviation' as const },
  mostOfDay: { ...rolling(day), statistic: 'maximum' as const },
  sameTimeDay: seasonalLag(day, 0),
  sameTimeDay1: seasonalLag(day, 1),
  ...Object.fromEntries([0, 1, 2].map((cycles) => [`sameTimeWeek${cycles}`, seasonalLag(week, cycles)])),
  lastHour: rolling(hour),
  lastHours: rolling(4 * hour),
  lastDay: rolling(day),
  lastWeek: rolling(week),
  usualOfDays: seasonal(day, 5),
  usualOfMonth: seasonal(week, 4),
  usualOfTwoMonths: seasonal(week, 8),
  usualNow: { ...seasonal(week, 4), place: 'origin' as const },
  alike3: alike(3),
  alike10: alike(10),
};

const [now, ahead] = [col('now'), col('ahead')];
/** What the time of day and the load type alone let expect. */
const usual = col('alike10').orElse(col('usualOfMonth'));
/** How much of the present still stands after so many intervals. */
const fades = (formula: Formula, intervals: number) =>
  formula.times(num(1).minus(ahead).dividedBy(intervals).exponential());
const present = ahead
  .negated()
  .dividedBy(2 * hour)
  .exponential();

const boosting = {
  learningRate: 0.03,
  maxDepth: 7,
  minChildWeight: 1000,
  subsample: 0.6,
  colsampleByTree: 0.4,
};

export const steelForecast = definePipeline({
  name: 'steel-forecast',
  title: { en: 'Load forecast of a steel plant', es: 'Pronóstico de carga de una acería' },
  about: {
    en: 'Active energy of a quarter of an hour, 15 minutes to 7 days ahead, from the calendar, the load type that is planned and what was metered before.',
    es: 'Energía activa de un cuarto de hora, de 15 minutos a 7 días por delante, a partir del calendario, el tipo de carga previsto y lo medido antes.',
  },
  task: 'regression',
  timezone: steelEnergy.timezone,
  sources: steelEnergy.sources,
  columns: steelEnergy.columns,
  target: of,
  inputs: ['Load_Type'],
  sequence: steelEnergy.sequence,
  identities: steelEnergy.identities,
  expectations: steelEnergy.expectations,
  forecast: {
    time: 'date',
    everySeconds,
    horizons: [1, 2, hour, 2 * hour, 4 * hour, 12 * hour, day, 2 * day, week],
    horizonWeights: [80, 10, 5, 2, 1, 1, 1, 1, 1],
    history,
    baselines: ['seasonal-naive', 'ets', 'mstl', 'arima'],
  },
  features: {
    load: code('Load_Type', loads),
    ...Object.fromEntries(Object.keys(history).map((name) => [name, col(name)])),
    nearGap: fades(now.minus(usual), 1),
    nearStep: fades(now.minus(col('back1')), 1),
    nearStep1: fades(col('back1').minus(col('back2')), 1),
    nearNow: fades(now, 1),
    nearUsual: fades(usual, 1),
    nearLagging: fades(col('laggingNow'), 1),
    nearPowerFactor: fades(col('powerFactorNow'), 1),
    nearHour: fades(now.minus(col('lastHour')), 1),
    nearTime: fades(col('secondOfDay'), 1),
    fadingGap: fades(now.minus(usual), 2 * hour),
    fadingHour: fades(col('lastHour').minus(usual), 2 * hour),
    fadingUsual: fades(now.minus(col('usualNow')), 2 * hour),
  },
  base: now.times(present).plus(usual.times(num(1).minus(present))),
  split: { kind: 'time', by: 'date', test: 0.2, validation: 0.15 },
  interval: { level: 0.9, method: 'quantile' },
  candidates: [{ estimator: 'xgboost', params: boosting }, { estimator: 'ridge' }],
  schedules: { ingest: { cron: '45 1 * * *' }, train: { cron: '15 2 * * *' } },
});
