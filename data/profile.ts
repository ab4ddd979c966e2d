import { z } from 'zod';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import { readableColumns } from './datasets.ts';
import { type DuckDb, openDuckDb, pathList, quoteName } from './duckdb.ts';

const share = z.number().min(0).max(1);
const missing = { missing: z.number().int().nonnegative(), missingShare: share };
const nullableNumber = z.number().nullable();

export const columnProfileSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('number'),
    ...missing,
    min: nullableNumber,
    max: nullableNumber,
    mean: nullableNumber,
    /** Of the sample, n − 1. */
    standardDeviation: nullableNumber,
    quantiles: z.record(z.enum(['p01', 'p05', 'p25', 'p50', 'p75', 'p95', 'p99']), nullableNumber),
    /** `counts[i]` values lie in [edges[i], edges[i + 1]); the last bin includes its upper edge. */
    histogram: z.strictObject({ edges: z.array(z.number()), counts: z.array(z.number().int()) }),
  }),
  z.strictObject({
    kind: z.literal('category'),
    ...missing,
    values: z.array(z.strictObject({ value: z.string(), count: z.number().int() })),
  }),
  z.strictObject({
    kind: z.literal('timestamp'),
    ...missing,
    /** ISO 8601 without a zone: the plant's own clock. */
    first: z.string().nullable(),
    last: z.string().nullable(),
  }),
]);
export type ColumnProfile = z.infer<typeof columnProfileSchema>;

export const profileSchema = z.strictObject({
  rows: z.number().int().nonnegative(),
  columns: z.record(z.string(), columnProfileSchema),
  /** Pearson, over the rows where both are present; null where it is not defined. */
  correlation: z.strictObject({ names: z.array(z.string()), values: z.array(z.array(nullableNumber)) }),
});
export type Profile = z.infer<typeof profileSchema>;

const bins = 20;
const quantileNames = ['p01', 'p05', 'p25', 'p50', 'p75', 'p95', 'p99'] as const;
const quantileLevels = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/** Statistics per column, histograms, missing shares and correlations of a dataset version. */
export async function profileDataset(partPaths: string[], spec: PipelineSpec): Promise<Profile> {
  const db = await openDuckDb();
  try {
    const names = readableColumns(spec);
    await db.run(`CREATE VIEW dataset AS ${datasetSql(partPaths, names, spec)}`);
    const rows = await db.count('SELECT count(*) FROM dataset');
    const columns: Record<string, ColumnProfile> = {};
    for (const name of names) columns[name] = await profileColumn(db, name, spec, rows);
    return { rows, columns, correlation: await correlate(db, names, spec) };
  } finally {
    db.close();
  }
}

function datasetSql(partPaths: string[], names: string[], spec: PipelineSpec): string {
  if (partPaths.length > 0)
    return `SELECT ${names.map(quoteName).join(', ')} FROM read_parquet(${pathList(partPaths)})`;
  const types = { number: 'DOUBLE', category: 'VARCHAR', timestamp: 'TIMESTAMP', ignored: 'VARCHAR' };
  const empty = names.map((name) => `NULL::${types[spec.columns[name].kind]} AS ${quoteName(name)}`);
  return `SELECT ${empty.join(', ')} WHERE false`;
}

async function profileColumn(
  db: DuckDb,
  name: string,
  spec: PipelineSpec,
  rows: number,
): Promise<ColumnProfile> {
  const cell = quoteName(name);
  const absent = rows - (await db.count(`SELECT count(${cell}) FROM dataset`));
  const common = { missing: absent, missingShare: rows === 0 ? 0 : absent / rows };
  const { kind } = spec.columns[name];
  if (kind === 'number') return { kind, ...common, ...(await profileNumbers(db, cell)) };
  if (kind === 'timestamp') {
    const [{ first, last }] = await db.rows(
      `SELECT strftime(min(${cell}), '%Y-%m-%dT%H:%M:%S') AS first, strftime(max(${cell}), '%Y-%m-%dT%H:%M:%S') AS last FROM dataset`,
    );
    return { kind, ...common, first: first as string | null, last: last as string | null };
  }
  const values = await db.rows(
    `SELECT ${cell} AS value, count(*) AS count FROM dataset WHERE ${cell} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1`,
  );
  return {
    kind: 'category',
    ...common,
    values: values.map(({ value, count }) => ({ value: String(value), count: Number(count) })),
  };
}

async function profileNumbers(db: DuckDb, cell: string) {
  const levels = quantileLevels.map((level, k) => `quantile_cont(${cell}, ${level}) AS ${quantileNames[k]}`);
  const [row] = await db.rows(
    `SELECT min(${cell}) AS min, max(${cell}) AS max, avg(${cell}) AS mean, stddev_samp(${cell}) AS sd, ${levels.join(', ')} FROM dataset`,
  );
  const value = (key: string): number | null => row[key] as number | null;
  return {
    min: value('min'),
    max: value('max'),
    mean: value('mean'),
    standardDeviation: value('sd'),
    quantiles: Object.fromEntries(quantileNames.map((name) => [name, value(name)])) as Record<
      (typeof quantileNames)[number],
      number | null
    >,
    histogram: await histogram(db, cell, value('min'), value('max')),
  };
}

async function histogram(db: DuckDb, cell: string, min: number | null, max: number | null) {
  if (min === null || max === null) return { edges: [], counts: [] };
  const width = (max - min) / bins || 1;
  const edges = Array.from({ length: bins + 1 }, (_, k) => min + k * width);
  const counted = await db.rows(
    `SELECT least(floor((${cell} - ${min}) / ${width}), ${bins - 1})::INTEGER AS bin, count(*) AS count FROM dataset WHERE ${cell} IS NOT NULL GROUP BY 1`,
  );
  const counts = new Array<number>(bins).fill(0);
  for (const { bin, count } of counted) counts[Number(bin)] = Number(count);
  return { edges, counts };
}

async function correlate(db: DuckDb, all: string[], spec: PipelineSpec): Promise<Profile['correlation']> {
  const names = all.filter((name) => spec.columns[name].kind === 'number');
  if (names.length === 0) return { names, values: [] };
  const cells = names.flatMap((a, i) =>
    names.map((b, j) => `corr(${quoteName(a)}, ${quoteName(b)}) AS c${i}_${j}`),
  );
  const [row] = await db.rows(`SELECT ${cells.join(', ')} FROM dataset`);
  const value = (i: number, j: number): number | null => {
    const found = row[`c${i}_${j}`];
    return typeof found === 'number' && Number.isFinite(found) ? found : null;
  };
  return { names, values: names.map((_, i) => names.map((_, j) => value(i, j))) };
}
