import { category, number, timestamp } from '../contracts/columns.ts';
import { col } from '../contracts/expression.ts';
import { definePipeline } from '../contracts/pipeline.ts';

const excavators = 'CFL08 CFL20 PAB05 PAB06 PAB08 PAB10 PAB11 PAB12 PHK13 PHK14 PHK15 VEC01'.split(' ');
const dumps = ['Chancador', 'Botadero', 'Stock'];

/** One row a cycle; one that was booked twice counts once. Minutes and kilometres from seconds and metres. */
const cycles = `cycles AS (
  SELECT Truck AS truck, Excav_x AS excavator, PrevDumpLoc AS origin, LoadLocation AS face, DumpLocation AS dump,
    DumpLocationUnit AS dump_kind, AssignTimestamp_x AS assigned_at, EmptyTimestamp AS emptied_at, Tonnage_x AS tonnes,
    ExpectedEmptyTravelDuration / 60 AS expected_empty_minutes, ExpectedFullTravelDuration / 60 AS expected_full_minutes,
    EmptyTravelDuration / 60 AS empty_minutes, FullTravelDuration / 60 AS full_minutes,
    (QueueTime_x + QueueTime_y) / 60 AS queue_minutes, (QueueTime_x + SpotTime_x + LoadingTime) / 60 AS face_minutes,
    (QueueTime_y + DumpingTime) / 60 AS dump_minutes,
    empty_minutes + face_minutes + full_minutes + dump_minutes AS minutes,
    "Dist_empty(m)" / 1000 AS empty_km, "Dist_full(m)" / 1000 AS full_km,
    "EFH_empty(m)" / 1000 AS empty_flat_km, "EFH_full(m)" / 1000 AS full_flat_km
  FROM dispatch
  QUALIFY row_number() OVER (PARTITION BY Truck, AssignTimestamp_x ORDER BY EmptyTimestamp DESC, Id_x, minutes) = 1
)`;
/** Each litre goes to one cycle: those of a refuelling to the cycles since the one before, by their minutes. */
const byRefuelling = `fills AS (
  SELECT Equipment AS truck, strptime(EndTimestamp, '%m/%d/%Y %H:%M') AS until, max(Fuel00) AS litres
  FROM refuels GROUP BY ALL
), stretches AS (SELECT *, lag(until) OVER (PARTITION BY truck ORDER BY until) AS since FROM fills),
burnt AS (
  SELECT c.truck, c.assigned_at, s.litres * c.minutes / sum(c.minutes) OVER (PARTITION BY s.truck, s.until) AS litres,
    NULL AS temperature, NULL AS operator_level, NULL AS vibration
  FROM stretches s JOIN cycles c ON c.truck = s.truck AND c.emptied_at > s.since AND c.emptied_at <= s.until
  WHERE s.until - s.since BETWEEN INTERVAL 4 HOUR AND INTERVAL 24 HOUR AND s.litres BETWEEN 500 AND 5000
)`;
/** The trucks' own messages, several a cycle: gallons become litres here, where they come in. */
const bySensors = `readings AS (
  SELECT truck, sent_at, (payload ->> '$.ambient_c')::DOUBLE AS celsius, (payload ->> '$.operator.level')::INTEGER AS level,
    (payload ->> '$.vibration.rms_mm_s')::DOUBLE AS rms, (payload ->> '$.fuel.used')::DOUBLE
      * CASE payload ->> '$.fuel.unit' WHEN 'gal' THEN 3.785411784 WHEN 'L' THEN 1 END AS litres
  FROM sensors
), burnt AS (
  SELECT c.truck, c.assigned_at, sum(r.litres) AS litres, avg(celsius) AS temperature, avg(level) AS operator_level,
    avg(rms) AS vibration
  FROM cycles c JOIN readings r ON r.truck = c.truck AND r.sent_at > c.assigned_at AND r.sent_at <= c.emptied_at
  GROUP BY ALL
)`;
/** Columns that both pipelines of the mine read. */
const shared = `regexp_extract(c.truck, '\\d+') AS truck, c.assigned_at, c.excavator, c.dump_kind, c.empty_km, c.full_km,
  c.empty_flat_km, c.full_flat_km, hour(c.assigned_at) AS hour, round(c.minutes, 4) AS minutes`;
const sql = (burnt: string) => `WITH ${cycles}, ${burnt}
SELECT ${shared}, c.tonnes, c.queue_minutes, b.temperature, b.operator_level, round(b.vibration, 4) AS vibration,
  round(b.litres, 4) AS litres, round(b.litres / (c.minutes / 60), 4) AS litres_per_hour,
  round(c.tonnes / b.litres, 4) AS tonnes_per_litre
FROM cycles c JOIN burnt b ON b.truck = c.truck AND b.assigned_at = c.assigned_at
WHERE c.minutes > 0
ORDER BY c.assigned_at, c.truck`;

const file = (name: string) => ({
  format: 'csv' as const,
  locations: [{ kind: 'file' as const, path: `haul_truck_fuel/${name}.csv` }],
});
const generated = (table: string) => ({
  format: 'csv' as const,
  locations: [{ kind: 'generator' as const, name: 'mine', rows: 8_000, seed: 930, table }],
});

const km = number({ unit: 'km', min: 0, max: 40 });
const positive = (unit: string, max?: number) => number({ unit, min: 0, max });
/** What the pipelines of the mine have in common. */
export const mine = {
  ...{ excavators, dumps, cycles, shared },
  dispatch: { records: file('StdShiftLoadsDumpsFuel'), synthetic: generated('dispatch') },
  columns: {
    truck: number({ min: 1, decimals: 0 }),
    assigned_at: timestamp('%Y-%m-%d %H:%M:%S'),
    excavator: category(excavators),
    dump_kind: category(dumps),
    ...{ empty_km: km, full_km: km, empty_flat_km: km, full_flat_km: km },
    hour: number({ min: 0, max: 23, decimals: 0 }),
    minutes: number({ unit: 'min', min: 5, max: 240 }),
  },
  boosting: {
    estimator: 'xgboost',
    params: { rounds: 600, earlyStoppingRounds: 30, subsample: 0.8, colsampleByTree: 0.6, maxBins: 64 },
    trials: 8,
  },
  common: {
    task: 'regression' as const,
    timezone: 'America/Santiago',
    expectations: [{ kind: 'unique' as const, columns: ['truck', 'assigned_at'] }],
    split: { kind: 'group' as const, by: 'truck', test: 0.2, validation: 0.2 },
    interval: { level: 0.9, method: 'quantile' as const },
    schedules: { ingest: { cron: '30 1 * * *' }, train: { cron: '0 2 * * *' } },
  },
};

const inputs = {
  ...{ tonnes: positive('t', 400), queue_minutes: positive('min', 240) },
  temperature: number({ unit: '°C', min: -40, max: 60, optional: true }),
  operator_level: number({ min: 1, max: 5, optional: true, about: 'Training of who drives' }),
  vibration: number({ unit: 'mm/s', min: 0, optional: true }),
};
/** Equivalent flat kilometres beyond the real ones: what the grade adds. */
const climb = (way: string) => col(`${way}_flat_km`).minus(col(`${way}_km`));
const features = {
  emptyKm: col('empty_km'),
  emptyClimbKm: climb('empty'),
  tonneKm: col('tonnes').times(col('full_km')),
  fullClimbKm: climb('full'),
  queueMinutes: col('queue_minutes'),
  temperature: col('temperature'),
  operatorLevel: col('operator_level'),
  vibration: col('vibration'),
};

export const mineFuel = definePipeline({
  ...mine.common,
  name: 'mine-fuel',
  title: { en: 'Diesel of a haul cycle', es: 'Diésel de un ciclo de acarreo' },
  about: {
    en: 'Litres that a haul truck burns in a cycle. On the real records each refuelling’s litres are shared out by minutes: nobody measured a single cycle.',
    es: 'Litros que un camión quema en un ciclo. En los registros reales los litros de cada carga se reparten por minutos: nadie midió un ciclo solo.',
  },
  sources: {
    records: {
      kind: 'tables',
      tables: { dispatch: mine.dispatch.records, refuels: file('SfdShiftFueltrucksAllUpdatedFin') },
      sql: sql(byRefuelling),
    },
    synthetic: {
      kind: 'tables',
      tables: { dispatch: mine.dispatch.synthetic, sensors: generated('sensors') },
      sql: sql(bySensors),
    },
  },
  columns: {
    ...{ ...mine.columns, ...inputs, litres: number({ unit: 'l', min: 1, max: 1_000 }) },
    ...{ litres_per_hour: positive('l/h'), tonnes_per_litre: positive('t/l') },
  },
  target: 'litres',
  inputs: ['empty_km', 'full_km', 'empty_flat_km', 'full_flat_km', ...Object.keys(inputs)],
  features,
  steps: [{ step: 'impute' }, { step: 'select', correlation: 0.98, varianceInflation: 50 }],
  constraints: { monotone: { emptyKm: 'increasing', tonneKm: 'increasing', queueMinutes: 'increasing' } },
  candidates: [mine.boosting, { estimator: 'linear' }, { estimator: 'ridge' }],
});
