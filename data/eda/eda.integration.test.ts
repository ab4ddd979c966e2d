import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { category, number, timestamp } from '../../contracts/columns.ts';
import { edaComparisonSchema, edaSummarySchema } from '../../contracts/eda.ts';
import { col } from '../../contracts/expression.ts';
import { definePipeline, type PipelineDefinition } from '../../contracts/pipeline.ts';
import { openDuckDb, quoteText } from '../duckdb.ts';
import { edaComparison, edaSummary } from './index.ts';
import parity from './parity/eda.json' with { type: 'json' };

const root = await mkdtemp(join(tmpdir(), 'relevo-eda-'));
afterAll(() => rm(root, { recursive: true, force: true }));

const levels = ['low', 'mid', 'high'];
const pipeline = (more: Partial<PipelineDefinition> = {}) =>
  definePipeline({
    name: 'small',
    title: { en: 'Small', es: 'Pequeño' },
    about: { en: 'A test', es: 'Una prueba' },
    task: 'regression',
    sources: { file: { kind: 'csv', locations: [{ kind: 'file', path: 'small.csv' }] } },
    columns: {
      at: timestamp('%Y-%m-%d %H:%M'),
      y: number({ unit: 'kWh' }),
      x: number(),
      z: number({ optional: true }),
      c: category(levels),
      d: category(levels),
    },
    target: 'y',
    inputs: ['x', 'z', 'c', 'd'],
    features: { x: col('x') },
    split: { kind: 'random', test: 0.2, validation: 0.2 },
    candidates: [{ estimator: 'linear' }],
    schedules: { ingest: { cron: '0 1 * * *' }, train: { cron: '0 2 * * *' } },
    ...more,
  });
const spec = pipeline();

type Cell = string | number | null;
const columns = ['y', 'x', 'z', 'c', 'd'] as const;
let files = 0;

/** Rows an hour apart as a Parquet part; `at` of a row may be given as a sixth cell. */
async function part(rows: Cell[][], firstRowId = 0): Promise<string> {
  const path = join(root, `${files++}.parquet`);
  const literal = (cell: Cell) => (typeof cell === 'string' ? quoteText(cell) : (cell ?? 'NULL'));
  const values = rows.map((row, i) => {
    const at = typeof row[5] === 'string' ? row[5] : new Date(Date.UTC(2026, 0, 5, i)).toISOString();
    const cells = columns.map((_, k) => literal(row[k]));
    return `(${firstRowId + i}::BIGINT, ${quoteText(at.slice(0, 19))}::TIMESTAMP, ${cells.join(', ')})`;
  });
  const db = await openDuckDb();
  const types = ['y::DOUBLE AS y', 'x::DOUBLE AS x', 'z::DOUBLE AS z', 'c::VARCHAR AS c', 'd::VARCHAR AS d'];
  await db.run(
    `COPY (SELECT _row_id, "at", ${types.join(', ')}, false AS "_trainOnly"
     FROM (VALUES ${values.join(', ')}) AS t(_row_id, "at", ${columns.join(', ')})) TO ${quoteText(path)} (FORMAT parquet)`,
  );
  db.close();
  return path;
}

const columnOf = (summary: Awaited<ReturnType<typeof edaSummary>>, name: string) => {
  const found = summary.columns.find((column) => column.name === name);
  if (found?.kind !== 'number') throw new Error(`${name} is no number column`);
  return found;
};

describe('edaSummary', () => {
  it(`says what pandas ${parity.versions.pandas} and scipy ${parity.versions.scipy} say`, async () => {
    const half = 40;
    const paths = [await part(parity.a.slice(0, half)), await part(parity.a.slice(half), half)];
    const summary = await edaSummary(paths, spec);
    expect(edaSummarySchema.parse(summary)).toEqual(summary);
    expect(summary).toMatchObject({ pipeline: 'small', rows: 90, sampledRows: 90, task: 'regression' });
    const { statistics, histogram } = columnOf(summary, 'x');
    expect(statistics?.mean).toBeCloseTo(parity.x.mean, 10);
    expect(statistics?.standardDeviation).toBeCloseTo(parity.x.deviation, 10);
    expect(statistics?.skewness).toBeCloseTo(parity.x.skewness, 8);
    for (const [i, key] of (['p25', 'p50', 'p75'] as const).entries())
      expect(statistics?.box[key]).toBeCloseTo(parity.x.quartiles[i], 10);
    expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(90);
    const { pearson, spearman, association } = summary.correlation;
    expect(pearson.names).toEqual(['y', 'x', 'z']);
    for (const [i, row] of parity.pearson.entries())
      for (const [j] of row.entries()) {
        expect(pearson.values[i][j]).toBeCloseTo(parity.pearson[i][j], 5);
        expect(spearman.values[i][j]).toBeCloseTo(parity.spearman[i][j], 5);
        expect(association.values[i][j]).toBeCloseTo(Math.abs(parity.pearson[i][j]), 5);
      }
    expect(association.names).toEqual(['y', 'x', 'z', 'c', 'd']);
    expect(association.values[3][4]).toBeCloseTo(parity.cramersV, 5);
    expect(association.values[3][3]).toBe(1);
    for (const [i, ratio] of parity.ratios.entries()) expect(association.values[3][i]).toBeCloseTo(ratio, 5);
  });

  it('counts what is missing together, what repeats and what contradicts itself', async () => {
    const rows: Cell[][] = [
      [1, 5, null, 'low', null],
      [1, 5, null, 'low', null],
      [2, 5, null, 'low', null],
      [3, 6, 1, 'mid', 'high'],
      [4, 7, null, 'mid', 'high'],
    ];
    const summary = await edaSummary([await part(rows)], spec);
    expect(summary.missing).toEqual([
      { columns: [], count: 1 },
      { columns: ['z', 'd'], count: 3 },
      { columns: ['z'], count: 1 },
    ]);
    expect(summary.repeats).toEqual({ rows: 1, contradictions: 1, contradictingRows: 3 });
    expect(summary.columns.find(({ name }) => name === 'd')).toMatchObject({
      missing: 3,
      distinct: 1,
      values: [{ value: 'high', count: 2 }],
    });
  });

  it('finds values beyond the fences, the farthest first, and none where there is no spread', async () => {
    const rows: Cell[][] = Array.from({ length: 40 }, (_, i) => [i % 8, i < 35 ? 1 : i, 0, 'low', 'low']);
    rows.push([100, 1, 0, 'low', 'low'], [-20, 1, 0, 'low', 'low']);
    const summary = await edaSummary([await part(rows, 1_000)], spec);
    const { outliers, statistics } = columnOf(summary, 'y');
    expect(outliers).toMatchObject({ count: 2, extreme: 2 });
    expect(outliers.farthest).toEqual([
      { rowId: 1_040, value: 100 },
      { rowId: 1_041, value: -20 },
    ]);
    expect(statistics?.box).toMatchObject({ low: 0, high: 7 });
    expect(columnOf(summary, 'x').outliers).toEqual({
      low: null,
      high: null,
      count: 0,
      extreme: 0,
      farthest: [],
    });
    expect(columnOf(summary, 'z').statistics).toMatchObject({ skewness: null, standardDeviation: 0 });
  });

  it('shows the target against each input: quartiles and points of numbers, boxes of categories', async () => {
    const summary = await edaSummary([await part(parity.a)], spec);
    expect(summary.againstTarget.map(({ feature, kind }) => [feature, kind])).toEqual([
      ['x', 'numbers'],
      ['z', 'numbers'],
      ['c', 'boxes'],
      ['d', 'boxes'],
    ]);
    const [x, z, c] = summary.againstTarget;
    expect(x.kind === 'numbers' && x.bins.length).toBe(10);
    expect(x.kind === 'numbers' && x.points.length).toBe(90);
    // Four whole numbers make four bins, and the missing ones none.
    expect(z.kind === 'numbers' && z.bins.map(({ from }) => from)).toEqual([0, 1, 2, 3]);
    const present = parity.a.filter(([, , cell]) => cell !== null).length;
    expect(z.kind === 'numbers' && z.bins.reduce((sum, { count }) => sum + count, 0)).toBe(present);
    expect(c.kind === 'boxes' && c.groups.reduce((sum, { count }) => sum + count, 0)).toBe(90);
  });

  it('of a classification, counts the classes over each input and over time', async () => {
    const classification = pipeline({
      task: 'classification',
      target: 'c',
      inputs: ['x', 'd'],
      metric: 'macroF1',
      split: { kind: 'time', by: 'at', test: 0.2, validation: 0.2 },
    });
    const summary = await edaSummary([await part(parity.a)], classification);
    expect(edaSummarySchema.parse(summary)).toEqual(summary);
    expect(summary.classes).toEqual(levels);
    const [x, d] = summary.againstTarget;
    const all = (counts: number[][]) => counts.flat().reduce((sum, count) => sum + count, 0);
    expect(x.kind === 'classes' && all(x.groups.map(({ counts }) => counts))).toBe(90);
    expect(d.kind === 'counts' && all(d.groups.map(({ counts }) => counts))).toBe(90);
    const low = parity.a.filter(([, , , c]) => c === 'low').length / 90;
    const points = summary.time?.byWeekday ?? [];
    const seen = points.reduce((sum, { classes, count }) => sum + classes[0] * count, 0) / 90;
    expect(seen).toBeCloseTo(low, 5);
    for (const { classes } of points)
      expect(classes.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
  });

  it('knows the pace of the rows and where they stop coming', async () => {
    const hours = [0, 1, 2, 3, 4, 9, 10, 11, 12, 13, 14, 15, 16, 18];
    const rows: Cell[][] = hours.map((hour) => {
      const at = new Date(Date.UTC(2026, 0, 5, hour)).toISOString();
      return [hour, 1, 1, 'low', 'low', at];
    });
    const { time } = await edaSummary([await part(rows)], spec);
    expect(time).toMatchObject({ column: 'at', everySeconds: 3_600, bucket: 'hour' });
    expect(time?.gaps).toEqual({
      count: 2,
      longest: [
        { from: '2026-01-05T04:00:00', to: '2026-01-05T09:00:00', seconds: 18_000 },
        { from: '2026-01-05T16:00:00', to: '2026-01-05T18:00:00', seconds: 7_200 },
      ],
    });
    expect(time?.byHour.find(({ at }) => at === 9)).toMatchObject({ count: 1, target: 9 });
    expect(time?.byWeekday).toMatchObject([{ at: 1, count: 14 }]);
  });

  it('has an answer where nothing is there', async () => {
    const nothing = await edaSummary([], spec);
    expect(edaSummarySchema.parse(nothing)).toEqual(nothing);
    expect(nothing).toMatchObject({ rows: 0, againstTarget: [], repeats: { rows: 0, contradictions: 0 } });
    const one = await edaSummary([await part([[1, null, null, null, null]])], spec);
    expect(edaSummarySchema.parse(one)).toEqual(one);
    expect(columnOf(one, 'x')).toMatchObject({ missing: 1, histogram: { edges: [], counts: [] } });
  });

  it('stops when cancelled', async () => {
    const running = edaSummary([await part(parity.a)], spec, { signal: AbortSignal.abort() });
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('edaComparison', () => {
  it('measures shifts as numpy and scipy do, the greatest first', async () => {
    const a = { version: 'small/file@aaaaaaaaaaaa', paths: [await part(parity.a)] };
    const b = { version: 'small/file@bbbbbbbbbbbb', paths: [await part(parity.b)] };
    const comparison = await edaComparison(a, b, spec);
    expect(edaComparisonSchema.parse(comparison)).toEqual(comparison);
    for (const name of ['y', 'x', 'z'] as const) {
      const change = comparison.columns.find((column) => column.name === name);
      expect(change?.psi).toBeCloseTo(parity.stability[name], 4);
      expect(change?.distance).toBeCloseTo(parity.distance[name], 5);
      expect(change?.bins.reduce((sum, bin) => sum + bin.b, 0)).toBeCloseTo(1, 9);
    }
    const indexes = comparison.columns.map(({ psi }) => psi ?? -1);
    expect(indexes).toEqual([...indexes].sort((first, second) => second - first));
  });

  it('finds no difference of a version from itself', async () => {
    const same = { version: 'small/file@aaaaaaaaaaaa', paths: [await part(parity.a)] };
    const { columns: changes, changedRows } = await edaComparison(same, same, spec);
    expect(changes.every(({ psi, distance }) => !psi && !distance)).toBe(true);
    expect(changedRows).toEqual({
      key: ['_row_id'],
      added: 0,
      removed: 0,
      changed: 0,
      same: 90,
      byColumn: [],
      examples: [],
    });
  });

  it('says which rows came, went and changed, by what is unique', async () => {
    const before: Cell[][] = [
      [1, 1, 1, 'low', 'low', '2026-01-01T00:00:00'],
      [2, 2, 2, 'mid', 'low', '2026-01-01T01:00:00'],
      [3, 3, 3, 'mid', 'low', '2026-01-01T02:00:00'],
    ];
    const after: Cell[][] = [
      [2, 2, null, 'high', 'low', '2026-01-01T01:00:00'],
      [3, 3, 3, 'mid', 'low', '2026-01-01T02:00:00'],
      [4, 4, 4, 'low', 'low', '2026-01-01T03:00:00'],
    ];
    const unique = pipeline({ expectations: [{ kind: 'unique', columns: ['at'] }] });
    const { changedRows } = await edaComparison(
      { version: 'small/file@aaaaaaaaaaaa', paths: [await part(before)] },
      { version: 'small/file@bbbbbbbbbbbb', paths: [await part(after)] },
      unique,
    );
    expect(changedRows).toEqual({
      key: ['at'],
      added: 1,
      removed: 1,
      changed: 1,
      same: 1,
      byColumn: [
        { name: 'z', count: 1 },
        { name: 'c', count: 1 },
      ],
      examples: [
        { key: '2026-01-01 01:00:00', column: 'z', a: '2.0', b: null },
        { key: '2026-01-01 01:00:00', column: 'c', a: 'mid', b: 'high' },
      ],
    });
  });

  it('counts everything as new where there was nothing', async () => {
    const comparison = await edaComparison(
      { version: 'small/file@aaaaaaaaaaaa', paths: [] },
      { version: 'small/file@bbbbbbbbbbbb', paths: [await part(parity.b)] },
      spec,
    );
    expect(edaComparisonSchema.parse(comparison)).toEqual(comparison);
    expect(comparison.changedRows).toMatchObject({ added: 70, removed: 0 });
    expect(comparison.columns.every(({ psi }) => psi === null)).toBe(true);
  });
});
