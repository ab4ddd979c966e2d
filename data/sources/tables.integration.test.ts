import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { RelevoError } from '../../contracts/errors.ts';
import type { Watermark } from '../../contracts/refs.ts';
import { type SourceSpec, sourceSpecSchema } from '../../contracts/source.ts';
import { openDuckDb, quoteText } from '../duckdb.ts';
import { chooseSource, sources } from './index.ts';

const root = await mkdtemp(join(tmpdir(), 'relevo-tables-'));
afterAll(() => rm(root, { recursive: true, force: true }));

let dataDir = '';
let count = 0;
const loads = 'id;truck;tonnes\n1;A;300\n2;B;310\n3;A;305\n';
const join2 = `SELECT l.truck, sum(l.tonnes) AS tonnes, any_value(f.litres) AS litres
  FROM loads l JOIN (SELECT truck, sum(litres) AS litres FROM fuel GROUP BY truck) f ON f.truck = l.truck
  GROUP BY l.truck ORDER BY l.truck;`;

beforeEach(async () => {
  dataDir = join(root, `data-${count++}`);
  await mkdir(dataDir);
  await writeFile(join(dataDir, 'loads.csv'), loads);
  await writeFuel(['A', 100], ['A', 50], ['B', 70]);
});

async function writeFuel(...rows: [string, number][]): Promise<void> {
  const values = rows.map(([truck, litres]) => `(${quoteText(truck)}, ${litres})`).join(', ');
  const db = await openDuckDb();
  await db.run(
    `COPY (SELECT * FROM (VALUES ${values}) t(truck, litres)) TO ${quoteText(join(dataDir, 'fuel.parquet'))} (FORMAT parquet)`,
  );
  db.close();
}

const spec = (sql = join2): SourceSpec =>
  sourceSpecSchema.parse({
    kind: 'tables',
    tables: {
      loads: { format: 'csv', delimiter: ';', locations: [{ kind: 'file', path: 'loads.csv' }] },
      fuel: { format: 'parquet', locations: [{ kind: 'file', path: 'fuel.parquet' }] },
    },
    sql,
  });
const stage = (since?: Watermark, source = spec(), signal = new AbortController().signal) =>
  sources.tables.stage(source, since, {
    dataDir,
    workDir: join(dataDir, 'work'),
    signal,
    onProgress: () => undefined,
  });
async function failure(source: SourceSpec): Promise<RelevoError> {
  const error = await stage(undefined, source).then(
    () => undefined,
    (e: unknown) => e,
  );
  if (error instanceof RelevoError) return error;
  throw new Error(`a RelevoError was expected, got ${error}`);
}

describe('several tables made into one', () => {
  it('stages what the query answers, with its header', async () => {
    const batch = await stage();
    const text = await readFile(batch?.path ?? '', 'utf8');
    expect(text).toBe('truck,tonnes,litres\nA,605,150\nB,310,70\n');
    expect(batch).toMatchObject({
      synthetic: false,
      bytes: text.length,
      next: { rows: 2, bytes: text.length, columns: ['truck', 'tonnes', 'litres'] },
    });
    expect(batch?.next.location).toMatch(/^tables:[0-9a-f]{64}$/);
  });

  it('equal tables are nothing new; a changed table or query starts over', async () => {
    const first = await stage();
    expect(await stage(first?.next)).toBeUndefined();
    await writeFile(join(dataDir, 'loads.csv'), `${loads}4;B;290\n`);
    const second = await stage(first?.next);
    expect(second?.next.rows).toBe(2);
    expect(second?.next.location).not.toBe(first?.next.location);
    const other = await stage(second?.next, spec('SELECT truck FROM loads ORDER BY id'));
    expect(other?.next.rows).toBe(4);
  });

  it('is chosen only where every table is there', async () => {
    const pipeline = { name: 'mine', sources: { records: spec() } } as unknown as Parameters<
      typeof chooseSource
    >[0];
    expect((await chooseSource(pipeline, undefined, { RELEVO_DATA: dataDir })).name).toBe('records');
    await rm(join(dataDir, 'fuel.parquet'));
    await expect(chooseSource(pipeline, undefined, { RELEVO_DATA: dataDir })).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
    });
    expect(await failure(spec())).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      details: { field: 'tables.fuel' },
    });
  });

  it('types come from the whole file: one late word makes a column text', async () => {
    const many = Array.from({ length: 30_000 }, (_, k) => `${k};A;${k < 29_999 ? 1 : 'none'}`);
    await writeFile(join(dataDir, 'loads.csv'), `id;truck;tonnes\n${many.join('\n')}\n`);
    const batch = await stage(undefined, spec('SELECT typeof(max(tonnes)) AS kind FROM loads'));
    expect(await readFile(batch?.path ?? '', 'utf8')).toBe('kind\nVARCHAR\n');
  });
});

describe('a query', () => {
  it.each([
    ['reads another file', "SELECT * FROM read_csv('/etc/passwd')"],
    ['reads the folder beside', `SELECT * FROM glob('*')`],
    ['is no SELECT', 'DROP TABLE loads'],
    ['is two statements', 'SELECT 1 AS one; DROP TABLE loads'],
    ['writes a file', "COPY loads TO 'out.csv'"],
    ['names a column that is not there', 'SELECT tons FROM loads'],
    ['names a table that is not there', 'SELECT * FROM dumps'],
    ['does not parse', 'SELECT FROM FROM'],
    ['closes the statement around it', "SELECT 1) TO '/tmp/relevo-out.csv'; SELECT (1"],
  ])('that %s is refused', async (_, sql) => {
    expect(await failure(spec(sql))).toMatchObject({
      code: 'PIPELINE_INVALID',
      details: { field: 'sources.sql' },
    });
    await expect(access('/tmp/relevo-out.csv')).rejects.toThrow();
  });

  it('that meets a value it cannot read says so', async () => {
    const error = await failure(spec('SELECT truck::INTEGER AS truck FROM loads'));
    expect(error).toMatchObject({ code: 'SOURCE_ROW_MALFORMED' });
    expect(error.message).toMatch(/Could not convert string 'A'/);
  });

  it('stops when it is cancelled', async () => {
    const slow =
      'SELECT count(*) AS n FROM range(4000000) a, range(4000000) b WHERE a.range * b.range % 7 = 3';
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    await expect(stage(undefined, spec(slow), controller.signal)).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});

describe('a table', () => {
  it.each([
    ['has a row of more fields', `${loads}4;B;1;2\n`, 'SOURCE_ROW_MALFORMED'],
    [
      'is not UTF-8',
      Buffer.concat([Buffer.from(loads), Buffer.from([0x34, 0x3b, 0xff, 0x3b, 0x31, 0x0a])]),
      'SOURCE_ENCODING_INVALID',
    ],
    ['ends inside of quotes', `${loads}4;"B;1\n`, 'SOURCE_TRUNCATED'],
    ['is empty', '', 'SOURCE_TRUNCATED'],
  ])('that %s is refused by name', async (_, content, code) => {
    await writeFile(join(dataDir, 'loads.csv'), content);
    expect(await failure(spec())).toMatchObject({ code, details: { field: 'loads.csv' } });
  });

  it('that is no Parquet file is refused by name', async () => {
    await writeFile(join(dataDir, 'fuel.parquet'), 'PAR0');
    expect(await failure(spec())).toMatchObject({ details: { field: 'tables.fuel' } });
  });
});
