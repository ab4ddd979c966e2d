import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inverse, Matrix } from 'ml-matrix';
import { afterAll, describe, expect, it } from 'vitest';
import { environment } from '../../contracts/env.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { mineCycle } from '../../pipelines/mine-cycle.ts';
import { mineFuel } from '../../pipelines/mine-fuel.ts';
import { openDuckDb, quoteText } from '../duckdb.ts';
import { generate } from '../generators/index.ts';
import { fuelCoefficients } from '../generators/mine.ts';
import { isSourceAvailable, sources } from '../sources/index.ts';
import { readParquet } from './fixture.ts';
import { validateBatch } from './validate.ts';

const root = await mkdtemp(join(tmpdir(), 'relevo-mine-'));
afterAll(() => rm(root, { recursive: true, force: true }));
const dataDir = environment().RELEVO_DATA;
const hasData = await isSourceAvailable(mineFuel.sources.records, dataDir);

async function ingest(spec: PipelineSpec, name: string) {
  const context = {
    dataDir,
    workDir: join(root, spec.name, name),
    signal: new AbortController().signal,
    onProgress: () => undefined,
  };
  const source = spec.sources[name];
  const batch = await sources.tables.stage(source, undefined, context);
  const input = { spec, source, csvPath: batch?.path ?? '', knownParts: [], firstRowId: 0 };
  return validateBatch({ ...input, ...context });
}
const number = (value: unknown): number => Number(value);

describe('generated cycles of a mine', () => {
  it('give back the coefficients that their litres were made with', async () => {
    const result = await ingest(mineFuel, 'synthetic');
    expect(result).toMatchObject({ rowsRead: 8_000, rowsAdded: 8_000, rowsQuarantined: 0 });
    const columns = {
      intercept: '1',
      emptyKm: 'empty_km',
      emptyClimbKm: 'empty_flat_km - empty_km',
      tonneKm: 'tonnes * full_km',
      fullClimbKm: 'full_flat_km - full_km',
      queueMinutes: 'queue_minutes',
      temperature: 'temperature',
      operatorLevel: 'operator_level',
    };
    const select = Object.entries(columns).map(([name, sql]) => `(${sql})::DOUBLE AS ${name}`);
    const rows = await readParquet(result.parts[0].path, [...select, 'litres'].join(', '));
    const names = Object.keys(columns) as (keyof typeof columns)[];
    const x = new Matrix(rows.map((row) => names.map((name) => number(row[name]))));
    const y = Matrix.columnVector(rows.map(({ litres }) => number(litres)));
    const squares = inverse(x.transpose().mmul(x));
    const found = squares.mmul(x.transpose().mmul(y));
    const rest = Matrix.sub(y, x.mmul(found));
    const variance = rest.dot(rest) / (rows.length - names.length);
    expect(Math.sqrt(variance)).toBeCloseTo(4, 0);
    for (const [k, name] of names.entries()) {
      const standardError = Math.sqrt(variance * squares.get(k, k));
      expect(standardError, name).toBeLessThan(0.1 * Math.abs(fuelCoefficients[name]));
      expect(Math.abs(found.get(k, 0) - fuelCoefficients[name]), name).toBeLessThan(4 * standardError);
    }
  });

  it('no litre is counted twice, and gallons are litres', async () => {
    const result = await ingest(mineFuel, 'synthetic');
    const [row] = await readParquet(result.parts[0].path, 'sum(litres) AS litres, count(*) AS cycles');
    const path = join(root, 'sensors.csv');
    await generate('mine', { path, rows: 8_000, seed: 930, table: 'sensors', format: 'csv' });
    const db = await openDuckDb();
    try {
      const [{ litres, gallons }] = await db.rows(
        `SELECT sum(used * CASE unit WHEN 'gal' THEN 3.785411784 ELSE 1 END) AS litres, count(*) FILTER (unit = 'gal') AS gallons
         FROM (SELECT (payload ->> '$.fuel.used')::DOUBLE AS used, payload ->> '$.fuel.unit' AS unit FROM read_csv(${quoteText(path)}))`,
      );
      expect(number(gallons)).toBeGreaterThan(5_000);
      expect(number(row.litres) / number(litres)).toBeCloseTo(1, 6);
    } finally {
      db.close();
    }
  });

  it('refuelled litres are those burnt, but for what is left in the tanks', async () => {
    const path = join(root, 'refuels.csv');
    await generate('mine', { path, rows: 8_000, seed: 930, table: 'refuels', format: 'csv' });
    const burnt = await ingest(mineFuel, 'synthetic');
    const [{ litres }] = await readParquet(burnt.parts[0].path, 'sum(litres) AS litres');
    const db = await openDuckDb();
    const [{ filled }] = await db
      .rows(
        `SELECT sum(quantity * CASE unit WHEN 'gal' THEN 3.785411784 ELSE 1 END) AS filled FROM read_csv(${quoteText(path)})`,
      )
      .finally(() => db.close());
    expect(number(litres) - number(filled)).toBeGreaterThan(0);
    expect(number(filled) / number(litres)).toBeGreaterThan(0.8);
  });

  it('minutes know only cycles that had ended before they began', async () => {
    const result = await ingest(mineCycle, 'synthetic');
    expect(result).toMatchObject({ rowsRead: 8_000, rowsQuarantined: 0 });
    const { synthetic } = mineCycle.sources;
    const sql = synthetic.kind === 'tables' ? synthetic.sql : '';
    const path = join(root, 'dispatch.csv');
    await generate('mine', { path, rows: 8_000, seed: 930, table: 'dispatch', format: 'csv' });
    const db = await openDuckDb();
    try {
      await db.run(`CREATE TABLE whole AS SELECT * FROM read_csv(${quoteText(path)})`);
      await db.run('CREATE VIEW dispatch AS SELECT * FROM whole');
      await db.run(`CREATE TABLE later AS ${sql}`);
      await db.run(
        "CREATE OR REPLACE VIEW dispatch AS SELECT * FROM whole WHERE EmptyTimestamp < '2022-11-09 12:00:00'",
      );
      await db.run(`CREATE TABLE "then" AS ${sql}`);
      const rows = await db.count('SELECT count(*) FROM "then"');
      expect(rows).toBeGreaterThan(2_000);
      expect(await db.count('SELECT count(*) FROM (FROM "then" INTERSECT FROM later)')).toBe(rows);
      expect(await db.count('SELECT count(recent_face_minutes) FROM "then"')).toBeGreaterThan(0.9 * rows);
    } finally {
      db.close();
    }
  });
});

describe.skipIf(!hasData)('the records of a mine (RELEVO_DATA)', () => {
  it('every cycle once; those whose times contradict are in quarantine', async () => {
    const result = await ingest(mineCycle, 'records');
    expect(result.rowsRead).toBe(10_232);
    expect(result.rowsAdded).toBeGreaterThan(10_100);
  });

  it('the litres of the cycles between two refuellings are those of the second', async () => {
    const result = await ingest(mineFuel, 'records');
    expect(result.rowsAdded).toBeGreaterThan(5_000);
    const [row] = await readParquet(
      result.parts[0].path,
      'median(litres) AS litres, median(litres_per_hour) AS hourly, median(tonnes_per_litre) AS efficiency, count(DISTINCT truck) AS trucks',
    );
    expect(number(row.hourly)).toBeGreaterThan(150);
    expect(number(row.hourly)).toBeLessThan(500);
    expect(number(row.efficiency)).toBeGreaterThan(0.5);
    expect(row.trucks).toBe(57);
  });
});
