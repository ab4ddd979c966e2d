import type { ColumnChange, EdaComparison } from '../../contracts/eda.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { readableColumns } from '../datasets.ts';
import { type DuckDb, openDuckDb, quoteName } from '../duckdb.ts';
import { compareRows } from './changed-rows.ts';
import { createView, innerEdgesOf, numberOrNull, oneRow, placeSql, rounded } from './dataset.ts';
import type { EdaOptions } from './options.ts';

/** A dataset version and the local files of its parts. */
interface ComparedVersion {
  version: string;
  paths: string[];
}

const parts = 10;
/** A share of nothing counts as this, so that the index stays finite. */
const leastShare = 1e-4;
/** Values of a category that are told apart; the rest are one bin. */
const mostValues = 30;

/**
 * What has changed from version `a` to `b`: per column the population stability index and the Kolmogorov–Smirnov
 * distance, and which rows came, went or changed. DuckDB computes on its own threads, in bounded memory.
 * @throws RelevoError CANCELLED
 */
export async function edaComparison(
  a: ComparedVersion,
  b: ComparedVersion,
  spec: PipelineSpec,
  options: EdaOptions = {},
): Promise<EdaComparison> {
  const db = await openDuckDb({ memoryLimitMb: 1024, ...options });
  try {
    await createView(db, 'a', a.paths, spec);
    await createView(db, 'b', b.paths, spec);
    const rows = { a: await db.count('SELECT count(*) FROM a'), b: await db.count('SELECT count(*) FROM b') };
    const columns: ColumnChange[] = [];
    for (const name of readableColumns(spec)) columns.push(await compareColumn(db, spec, name, rows));
    return {
      pipeline: spec.name,
      title: spec.title,
      a: { version: a.version, rows: rows.a },
      b: { version: b.version, rows: rows.b },
      columns: columns.sort((first, second) => (second.psi ?? -1) - (first.psi ?? -1)),
      changedRows: await compareRows(db, spec),
    };
  } finally {
    db.close();
  }
}

interface Rows {
  a: number;
  b: number;
}

async function compareColumn(
  db: DuckDb,
  spec: PipelineSpec,
  name: string,
  rows: Rows,
): Promise<ColumnChange> {
  const { kind } = spec.columns[name];
  const cell = quoteName(name);
  const present = {
    a: await db.count(`SELECT count(${cell}) FROM a`),
    b: await db.count(`SELECT count(${cell}) FROM b`),
  };
  const share = (version: keyof Rows) => (rows[version] === 0 ? 0 : 1 - present[version] / rows[version]);
  const missingShare = { a: share('a'), b: share('b') };
  if (kind === 'timestamp' || kind === 'ignored' || rows.a === 0 || rows.b === 0)
    return {
      name,
      kind: kind === 'ignored' ? 'category' : kind,
      missingShare,
      psi: null,
      distance: null,
      bins: [],
    };
  const counted = kind === 'number' ? await numberBins(db, cell) : await valueBins(db, cell);
  const withMissing = [...counted, { label: '', a: rows.a - present.a, b: rows.b - present.b }];
  const bins = withMissing
    .filter(({ a, b }) => a + b > 0)
    .map(({ label, a, b }) => ({ label, a: a / rows.a, b: b / rows.b }));
  const isComparable = present.a > 0 && present.b > 0;
  const variation = bins.reduce((sum, { a, b }) => sum + Math.abs(a - b), 0) / 2;
  const numeric = kind === 'number' && isComparable ? await distributionDistance(db, cell, present) : null;
  return {
    name,
    kind,
    missingShare,
    psi: rounded(stabilityIndex(bins)),
    distance: kind === 'number' ? numeric : rounded(variation),
    ...(kind === 'number'
      ? { mean: { a: await meanOf(db, 'a', cell), b: await meanOf(db, 'b', cell) } }
      : {}),
    bins,
  };
}

/** Σ (b − a)·ln(b / a) over the bins' shares (Siddiqi 2006). */
function stabilityIndex(bins: ColumnChange['bins']): number {
  return bins.reduce((sum, bin) => {
    const [a, b] = [Math.max(bin.a, leastShare), Math.max(bin.b, leastShare)];
    return sum + (b - a) * Math.log(b / a);
  }, 0);
}

interface CountedBin extends Rows {
  label: string;
}

/** Tenths of version a. */
async function numberBins(db: DuckDb, cell: string): Promise<CountedBin[]> {
  const edges = await innerEdgesOf(db, 'a', cell, parts);
  const countsOf = async (version: keyof Rows): Promise<number[]> => {
    const counts = new Array<number>(edges.length + 1).fill(0);
    const found = await db.rows(
      `SELECT ${placeSql(cell, edges)} AS bin, count(*) AS count FROM ${version} WHERE ${cell} IS NOT NULL GROUP BY 1`,
    );
    for (const { bin, count } of found) counts[Number(bin)] = Number(count);
    return counts;
  };
  const [a, b] = [await countsOf('a'), await countsOf('b')];
  const shown = edges.map((edge) => String(Number(edge.toPrecision(4))));
  const label = (bin: number): string => {
    if (edges.length === 0) return '…';
    if (bin === 0) return `< ${shown[0]}`;
    return bin === edges.length ? `≥ ${shown[bin - 1]}` : `${shown[bin - 1]} – ${shown[bin]}`;
  };
  return a.map((count, bin) => ({ label: label(bin), a: count, b: b[bin] }));
}

async function valueBins(db: DuckDb, cell: string): Promise<CountedBin[]> {
  const counted = await db.rows(
    `SELECT value, sum(a)::BIGINT AS a, sum(b)::BIGINT AS b FROM (
       SELECT ${cell} AS value, count(*) AS a, 0 AS b FROM a WHERE ${cell} IS NOT NULL GROUP BY 1
       UNION ALL SELECT ${cell}, 0, count(*) FROM b WHERE ${cell} IS NOT NULL GROUP BY 1)
     GROUP BY 1 ORDER BY 2 DESC, 3 DESC, 1`,
  );
  const bins = counted.map(({ value, a, b }) => ({ label: String(value), a: Number(a), b: Number(b) }));
  const rest = bins.slice(mostValues);
  if (rest.length === 0) return bins;
  const total = (version: keyof Rows) => rest.reduce((sum, bin) => sum + bin[version], 0);
  return [...bins.slice(0, mostValues), { label: '…', a: total('a'), b: total('b') }];
}

/** Kolmogorov–Smirnov statistic: the largest |F_a − F_b| over all values. */
async function distributionDistance(db: DuckDb, cell: string, present: Rows): Promise<number | null> {
  const { distance } = await oneRow(
    db,
    `SELECT max(abs(below)) AS distance FROM (
       SELECT sum(step) OVER (ORDER BY value) AS below FROM (
         SELECT value, sum(step) AS step FROM (
           SELECT ${cell} AS value, 1.0::DOUBLE / ${present.a} AS step FROM a WHERE ${cell} IS NOT NULL
           UNION ALL SELECT ${cell}, -1.0::DOUBLE / ${present.b} FROM b WHERE ${cell} IS NOT NULL)
         GROUP BY value))`,
  );
  const found = numberOrNull(distance);
  return found === null ? null : rounded(found);
}

const meanOf = async (db: DuckDb, version: keyof Rows, cell: string): Promise<number | null> =>
  numberOrNull((await oneRow(db, `SELECT avg(${cell}) AS mean FROM ${version}`)).mean);
