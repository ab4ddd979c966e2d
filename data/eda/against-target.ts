import type { AgainstTarget, ColumnSummary } from '../../contracts/eda.ts';
import { classesOf } from '../../contracts/pipeline.ts';
import { rowIdColumn } from '../datasets.ts';
import { quoteName, type SqlValue } from '../duckdb.ts';
import { innerEdgesOf, type Looked, oneRow, placeSql, rounded } from './dataset.ts';

const mostFeatures = 60;
const mostPoints = 250;
const mostGroups = 30;
const classBins = 24;

/** The target against each input; inputs without a value or without variation are left out. */
export async function againstTarget(looked: Looked, columns: ColumnSummary[]): Promise<AgainstTarget[]> {
  const { spec } = looked;
  const shown = columns.filter(
    ({ role, kind, distinct }) => role === 'input' && kind !== 'timestamp' && distinct > 1,
  );
  const found: AgainstTarget[] = [];
  for (const { name, kind } of shown.slice(0, mostFeatures)) {
    const isNumber = kind === 'number';
    if (spec.task === 'classification')
      found.push(await (isNumber ? classHistograms(looked, name) : classCounts(looked, name)));
    else found.push(await (isNumber ? numbersTogether(looked, name) : boxesByValue(looked, name)));
  }
  return found;
}

const pair = ({ spec }: Looked, feature: string) => {
  const [x, y] = [quoteName(feature), quoteName(spec.target)];
  return { x, y, both: `${x} IS NOT NULL AND ${y} IS NOT NULL` };
};
const quartiles = (cell: string): string =>
  `quantile_cont(${cell}, 0.25) AS p25, median(${cell}) AS p50, quantile_cont(${cell}, 0.75) AS p75`;

async function numbersTogether(looked: Looked, feature: string): Promise<AgainstTarget> {
  const { db } = looked;
  const { x, y, both } = pair(looked, feature);
  const edges = await innerEdgesOf(db, 'dataset', x, 10);
  const bins = await db.rows(
    `SELECT ${placeSql(x, edges)} AS bin, min(${x}) AS least, max(${x}) AS most, count(*) AS count, ${quartiles(y)}
     FROM dataset WHERE ${both} GROUP BY 1 ORDER BY 1`,
  );
  const points = await db.rows(
    `SELECT ${x} AS x, ${y} AS y FROM sample WHERE ${both} ORDER BY hash(${rowIdColumn}), ${rowIdColumn} LIMIT ${mostPoints}`,
  );
  return {
    kind: 'numbers',
    feature,
    bins: bins.map(({ least, most, count, p25, p50, p75 }) => ({
      from: digits(least),
      to: digits(most),
      count: Number(count),
      p25: digits(p25),
      p50: digits(p50),
      p75: digits(p75),
    })),
    points: points.map((point) => [digits(point.x), digits(point.y)]),
  };
}

async function boxesByValue(looked: Looked, feature: string): Promise<AgainstTarget> {
  const { x, y, both } = pair(looked, feature);
  const groups = await looked.db.rows(
    `WITH boxes AS (
       SELECT ${x} AS value, count(*) AS count, ${quartiles(y)} FROM dataset WHERE ${both}
       GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${mostGroups})
     SELECT value, count, p25, p50, p75,
       min(${y}) FILTER (${y} >= p25 - 1.5 * (p75 - p25)) AS low,
       max(${y}) FILTER (${y} <= p75 + 1.5 * (p75 - p25)) AS high
     FROM dataset JOIN boxes ON ${x} = value WHERE ${both} GROUP BY ALL ORDER BY count DESC, value`,
  );
  return {
    kind: 'boxes',
    feature,
    groups: groups.map(({ value, count, low, p25, p50, p75, high }) => ({
      value: String(value),
      count: Number(count),
      box: { low: digits(low), p25: digits(p25), p50: digits(p50), p75: digits(p75), high: digits(high) },
    })),
  };
}

/** Between the 1st and the 99th percentile; what lies beyond counts in the outermost bins. */
async function classHistograms(looked: Looked, feature: string): Promise<AgainstTarget> {
  const { db } = looked;
  const { x, y, both } = pair(looked, feature);
  const ends = await oneRow(
    db,
    `SELECT quantile_cont(${x}, 0.01) AS low, quantile_cont(${x}, 0.99) AS high, min(${x}) AS least, max(${x}) AS most FROM dataset`,
  );
  const isNarrow = ends.low === ends.high;
  const [low, high] = (isNarrow ? [ends.least, ends.most] : [ends.low, ends.high]).map(Number);
  const width = (high - low) / classBins;
  const counted = await db.rows(
    `SELECT ${y} AS class, greatest(0, least(floor((${x} - ${low}) / ${width}), ${classBins - 1}))::INTEGER AS bin, count(*) AS count
     FROM dataset WHERE ${both} GROUP BY 1, 2`,
  );
  return {
    kind: 'classes',
    feature,
    edges: Array.from({ length: classBins + 1 }, (_, i) => rounded(low + i * width)),
    groups: classesOf(looked.spec).map((value) => {
      const counts = new Array<number>(classBins).fill(0);
      for (const row of counted) if (row.class === value) counts[Number(row.bin)] = Number(row.count);
      return { value, counts };
    }),
  };
}

async function classCounts(looked: Looked, feature: string): Promise<AgainstTarget> {
  const { x, y, both } = pair(looked, feature);
  const classes = classesOf(looked.spec);
  const counted = await looked.db.rows(
    `SELECT ${x} AS value, ${y} AS class, count(*) AS count FROM dataset WHERE ${both} GROUP BY 1, 2`,
  );
  const groups = new Map<string, number[]>();
  for (const { value, class: label, count } of counted) {
    const counts = groups.get(String(value)) ?? classes.map(() => 0);
    counts[classes.indexOf(String(label))] = Number(count);
    groups.set(String(value), counts);
  }
  const total = (counts: number[]) => counts.reduce((sum, count) => sum + count, 0);
  return {
    kind: 'counts',
    feature,
    classes,
    groups: [...groups]
      .map(([value, counts]) => ({ value, counts }))
      .sort((a, b) => total(b.counts) - total(a.counts) || (a.value < b.value ? -1 : 1))
      .slice(0, mostGroups),
  };
}

const digits = (value: SqlValue): number => rounded(Number(value));
