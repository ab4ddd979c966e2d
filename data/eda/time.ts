import type { EdaSummary, TimePoint } from '../../contracts/eda.ts';
import { classesOf } from '../../contracts/pipeline.ts';
import { quoteName, quoteText, type SqlValue } from '../duckdb.ts';
import { isoSql, type Looked, numberOrNull, oneRow, rounded } from './dataset.ts';

type TimeSummary = NonNullable<EdaSummary['time']>;

const mostBuckets = 400;
const mostGaps = 20;
const buckets = [
  { bucket: 'hour', seconds: 3_600 },
  { bucket: 'day', seconds: 86_400 },
  { bucket: 'week', seconds: 604_800 },
  { bucket: 'month', seconds: 2_629_800 },
  { bucket: 'year', seconds: 31_557_600 },
] as const;

/** Rows and target by the hour, the weekday and over time, and where rows are missing; undefined without a time. */
export async function overTime(looked: Looked): Promise<TimeSummary | undefined> {
  const column = timeColumn(looked);
  if (column === undefined) return undefined;
  const cell = quoteName(column);
  const { span } = await oneRow(
    looked.db,
    `SELECT epoch(max(${cell})) - epoch(min(${cell})) AS span FROM dataset`,
  );
  const spanSeconds = numberOrNull(span);
  if (spanSeconds === null) return undefined;
  const { bucket } = buckets.find(({ seconds }) => spanSeconds <= seconds * mostBuckets) ?? buckets[4];
  const everySeconds = await paceOf(looked, cell);
  return {
    column,
    everySeconds,
    byHour: await pointsBy(looked, cell, `hour(${cell})`),
    byWeekday: await pointsBy(looked, cell, `isodow(${cell})`),
    bucket,
    series: await pointsBy(looked, cell, isoSql(`date_trunc(${quoteText(bucket)}, ${cell})`)),
    gaps: await gapsOf(looked, cell, everySeconds),
  };
}

function timeColumn({ spec, timestamps }: Looked): string | undefined {
  const named = [
    spec.forecast?.time,
    spec.sequence?.column,
    spec.split.kind === 'time' ? spec.split.by : undefined,
  ];
  return [...named, ...timestamps].find((name) => name !== undefined && timestamps.includes(name));
}

async function pointsBy(looked: Looked, cell: string, key: string): Promise<TimePoint[]> {
  const { db, spec } = looked;
  const target = quoteName(spec.target);
  const figures =
    spec.task === 'regression'
      ? [
          `avg(${target}) AS mean`,
          `quantile_cont(${target}, 0.25) AS low`,
          `quantile_cont(${target}, 0.75) AS high`,
        ]
      : classesOf(spec).map((value, i) => `avg((${target} = ${quoteText(value)})::INTEGER) AS c${i}`);
  const rows = await db.rows(
    `SELECT ${key} AS at, count(*) AS count, ${figures.join(', ')} FROM dataset WHERE ${cell} IS NOT NULL GROUP BY 1 ORDER BY 1`,
  );
  return rows.map((row) => ({
    at: typeof row.at === 'string' ? row.at : Number(row.at),
    count: Number(row.count),
    target: digits(row.mean),
    low: digits(row.low),
    high: digits(row.high),
    classes: classesOf(spec).flatMap((_, i) => digits(row[`c${i}`]) ?? 0),
  }));
}

function digits(value: SqlValue | undefined): number | null {
  const number = numberOrNull(value);
  return number === null ? null : rounded(number);
}

const distances = (cell: string): string =>
  `SELECT moment, epoch(moment) - epoch(lag(moment) OVER (ORDER BY moment)) AS seconds
   FROM (SELECT DISTINCT ${cell} AS moment FROM dataset WHERE ${cell} IS NOT NULL)`;

/** The pipeline's pace, or the distance that more than half of all neighbours have. */
async function paceOf({ db, spec }: Looked, cell: string): Promise<number | null> {
  const said = spec.sequence?.everySeconds ?? spec.forecast?.everySeconds;
  if (said !== undefined) return said;
  const row = await oneRow(
    db,
    `SELECT mode(seconds) AS pace, quantile_disc(seconds, 0.25) AS p25, quantile_disc(seconds, 0.75) AS p75
     FROM (${distances(cell)})`,
  );
  return row.p25 === row.p75 ? numberOrNull(row.pace) : null;
}

async function gapsOf(
  { db }: Looked,
  cell: string,
  everySeconds: number | null,
): Promise<TimeSummary['gaps']> {
  if (everySeconds === null) return { count: 0, longest: [] };
  const gaps = `FROM (${distances(cell)}) WHERE seconds > ${1.5 * everySeconds}`;
  const longest = await db.rows(
    `SELECT ${isoSql('moment - to_seconds(seconds)')} AS "from", ${isoSql('moment')} AS "to", seconds ${gaps}
     ORDER BY seconds DESC, moment LIMIT ${mostGaps}`,
  );
  return {
    count: await db.count(`SELECT count(*) ${gaps}`),
    longest: longest.map((gap) => ({
      from: String(gap.from),
      to: String(gap.to),
      seconds: Number(gap.seconds),
    })),
  };
}
