import type { ColumnSummary } from '../../contracts/eda.ts';
import { rowIdColumn } from '../datasets.ts';
import { quoteName } from '../duckdb.ts';
import { isoSql, type Looked, numberOrNull, oneRow, textOrNull } from './dataset.ts';

const bins = 30;
const mostValues = 50;
const mostFarthest = 10;
/** Box heights from the box to the fences (Tukey 1977): outliers lie beyond, extreme ones beyond the outer. */
const fence = 1.5;
const outerFence = 3;

type NumberSummary = Extract<ColumnSummary, { kind: 'number' }>;
type Box = NonNullable<NumberSummary['statistics']>['box'];

/** What one column holds: its spread and shape, its values, or its first and last moment. */
export async function summariseColumn(looked: Looked, name: string): Promise<ColumnSummary> {
  const { db, spec, rows } = looked;
  const cell = quoteName(name);
  const column = spec.columns[name];
  const counts = await oneRow(db, `SELECT count(${cell}) AS n, count(DISTINCT ${cell}) AS d FROM dataset`);
  const common = {
    name,
    role: name === spec.target ? 'target' : spec.inputs.includes(name) ? 'input' : 'other',
    ...(column.about === undefined ? {} : { about: column.about }),
    missing: rows - Number(counts.n),
    distinct: Number(counts.d),
  } as const;
  if (column.kind === 'number') {
    const unit = column.unit === undefined ? {} : { unit: column.unit };
    return { kind: 'number', ...common, ...unit, ...(await summariseNumbers(looked, cell)) };
  }
  if (column.kind !== 'timestamp') return { kind: 'category', ...common, ...(await topValues(looked, cell)) };
  const ends = await oneRow(
    db,
    `SELECT ${isoSql(`min(${cell})`)} AS first, ${isoSql(`max(${cell})`)} AS last FROM dataset`,
  );
  return { kind: 'timestamp', ...common, first: textOrNull(ends.first), last: textOrNull(ends.last) };
}

async function summariseNumbers(
  { db }: Looked,
  cell: string,
): Promise<Pick<NumberSummary, 'statistics' | 'histogram' | 'outliers'>> {
  const row = await oneRow(
    db,
    `SELECT min(${cell}) AS min, max(${cell}) AS max, avg(${cell}) AS mean, stddev_samp(${cell}) AS deviation,
       count(*) FILTER (${cell} = 0) AS zeros, quantile_cont(${cell}, 0.25) AS p25, median(${cell}) AS p50,
       quantile_cont(${cell}, 0.75) AS p75 FROM dataset`,
  );
  const [min, max] = [numberOrNull(row.min), numberOrNull(row.max)];
  if (min === null || max === null) return nothing;
  const [p25, p50, p75] = [row.p25, row.p50, row.p75].map(Number);
  const height = p75 - p25;
  const [low, high] = [p25 - fence * height, p75 + fence * height];
  const whiskers = await oneRow(
    db,
    `SELECT min(${cell}) FILTER (${cell} >= ${low}) AS low, max(${cell}) FILTER (${cell} <= ${high}) AS high FROM dataset`,
  );
  const box: Box = { low: Number(whiskers.low), p25, p50, p75, high: Number(whiskers.high) };
  const isConstant = min === max;
  const skew = isConstant ? {} : await oneRow(db, `SELECT skewness(${cell}) AS value FROM dataset`);
  return {
    statistics: {
      min,
      max,
      mean: Number(row.mean),
      standardDeviation: numberOrNull(row.deviation),
      skewness: numberOrNull(skew.value),
      zeros: Number(row.zeros),
      box,
    },
    histogram: await histogramOf(db, cell, min, max),
    // Where half of the rows have one value there is no scale to call another value far by.
    outliers: height > 0 ? await outliersOf(db, cell, low, high, height) : nothing.outliers,
  };
}

const nothing = {
  histogram: { edges: [], counts: [] },
  outliers: { low: null, high: null, count: 0, extreme: 0, farthest: [] },
};

async function outliersOf(db: Looked['db'], cell: string, low: number, high: number, height: number) {
  const beyond = (outer: number) =>
    `(${cell} < ${low - outer * height} OR ${cell} > ${high + outer * height})`;
  const counts = await oneRow(
    db,
    `SELECT count(*) FILTER (${beyond(0)}) AS count, count(*) FILTER (${beyond(outerFence - fence)}) AS extreme FROM dataset`,
  );
  const farthest = await db.rows(
    `SELECT ${rowIdColumn} AS id, ${cell} AS value FROM dataset WHERE ${beyond(0)}
     ORDER BY greatest(${low} - ${cell}, ${cell} - ${high}) DESC, 1 LIMIT ${mostFarthest}`,
  );
  return {
    low,
    high,
    count: Number(counts.count),
    extreme: Number(counts.extreme),
    farthest: farthest.map(({ id, value }) => ({ rowId: Number(id), value: Number(value) })),
  };
}

async function histogramOf(db: Looked['db'], cell: string, min: number, max: number) {
  const width = (max - min) / bins || 1;
  const edges = Array.from({ length: bins + 1 }, (_, i) => min + i * width);
  const counted = await db.rows(
    `SELECT least(floor((${cell} - ${min}) / ${width}), ${bins - 1})::INTEGER AS bin, count(*) AS count
     FROM dataset WHERE ${cell} IS NOT NULL GROUP BY 1`,
  );
  const counts = new Array<number>(bins).fill(0);
  for (const { bin, count } of counted) counts[Number(bin)] = Number(count);
  return { edges, counts };
}

async function topValues({ db }: Looked, cell: string) {
  const counted = await db.rows(
    `SELECT ${cell} AS value, count(*) AS count FROM dataset WHERE ${cell} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1`,
  );
  const values = counted.map(({ value, count }) => ({ value: String(value), count: Number(count) }));
  const others = values.slice(mostValues).reduce((sum, { count }) => sum + count, 0);
  return { values: values.slice(0, mostValues), others };
}
