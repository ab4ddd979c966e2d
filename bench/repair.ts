/**
 * How well cleaning finds and mends what is wrong: `npm run bench:repair -- --json`. The dirty file's first rows are
 * the original's, row by row, so that every cell has a true value. A cell is wrong where a number is there and differs
 * from the original; it is found where it was repaired, emptied, or named in quarantine. Blanks count apart.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environment } from '../contracts/env.ts';
import { type DuckDb, openDuckDb, quoteName, quoteText } from '../data/duckdb.ts';
import { validateBatch } from '../data/ingest/validate.ts';
import { fileBelow } from '../data/sources/file.ts';
import { sources } from '../data/sources/index.ts';
import { steelEnergy as spec } from '../pipelines/steel-energy.ts';
import { machine, report } from './lib/report.ts';

const numbers = Object.entries(spec.columns).flatMap(([name, { kind }]) => (kind === 'number' ? [name] : []));

interface ColumnScore {
  column: string;
  wrong: number;
  found: number;
  foundAndWrong: number;
  blank: number;
  blankFilled: number;
  /** Of values put in: how far from the original. */
  filledMeanAbsoluteError: number | null;
  filledLargestError: number | null;
}

async function measure() {
  const workDir = await mkdtemp(join(tmpdir(), 'relevo-repair-'));
  const signal = new AbortController().signal;
  const dataDir = environment().RELEVO_DATA;
  const onProgress = () => {};
  const db = await openDuckDb();
  try {
    const source = spec.sources.dirty;
    const batch = await sources.csv.stage(source, undefined, { dataDir, workDir, signal, onProgress });
    if (!batch) throw new Error('the dirty file has no rows');
    const started = performance.now();
    const result = await validateBatch({
      spec,
      source,
      csvPath: batch.path,
      knownParts: [],
      firstRowId: 0,
      workDir,
      signal,
      onProgress,
    });
    const seconds = (performance.now() - started) / 1000;
    await compare(db, batch.path, await fileBelow(dataDir, 'steel/steel_energy_original.csv'), result);
    const columns: ColumnScore[] = [];
    for (const name of numbers) columns.push(await scoreColumn(db, name));
    return { ...summary(columns), columns, ...counts(result), seconds, machine: machine() };
  } finally {
    db.close();
    await rm(workDir, { recursive: true, force: true });
  }
}

type Result = Awaited<ReturnType<typeof validateBatch>>;
const counts = ({ rowsRead, rowsAdded, rowsRepaired, rowsQuarantined, ...rest }: Result) => ({
  rows: { read: rowsRead, added: rowsAdded, repaired: rowsRepaired, quarantined: rowsQuarantined },
  repairedByRule: rest.repairedByRule,
  quarantinedByRule: rest.quarantinedByRule,
});

/** The tables `cell` (line, column, came, truth) and `handled` (line, column, value) over the original's rows. */
async function compare(
  db: DuckDb,
  dirty: string,
  original: string,
  { repairs, quarantine }: Result,
): Promise<void> {
  const read = (path: string) => `read_csv(${quoteText(path)}, all_varchar = true, header = true)`;
  const wide = (path: string, line: string) =>
    `SELECT ${line} AS line, ${numbers.map((name) => `trim(${quoteName(name)}) AS ${quoteName(name)}`).join(', ')} FROM ${read(path)}`;
  const long = (path: string, line: string) =>
    `(UNPIVOT (${wide(path, line)}) ON ${numbers.map(quoteName).join(', ')} INTO NAME "column" VALUE text)`;
  const value = (text: string) =>
    `CASE WHEN isfinite(try_cast(${text} AS DOUBLE)) THEN try_cast(${text} AS DOUBLE) END`;
  await db.run(
    `CREATE TABLE cell AS SELECT o.line, o."column", ${value('d.text')} AS came, ${value('o.text')} AS truth
     FROM ${long(original, 'row_number() OVER () + 1')} o
     LEFT JOIN ${long(dirty, '_line::BIGINT')} d ON d.line = o.line AND d."column" = o."column"`,
  );
  const mended = repairs
    ? `SELECT _line, "column", new_value FROM read_parquet(${quoteText(repairs.path)})`
    : '';
  const named = quarantine
    ? `SELECT _line, unnest(_cells), NULL FROM read_parquet(${quoteText(quarantine.path)})`
    : '';
  await db.run(`CREATE TABLE handled (line BIGINT, "column" VARCHAR, value VARCHAR)`);
  for (const query of [mended, named]) if (query) await db.run(`INSERT INTO handled ${query}`);
}

async function scoreColumn(db: DuckDb, column: string): Promise<ColumnScore> {
  const [row] = await db.rows(
    `SELECT count(*) FILTER (came <> truth) AS wrong,
      count(*) FILTER (came IS NOT NULL AND h.line IS NOT NULL) AS found,
      count(*) FILTER (came <> truth AND h.line IS NOT NULL) AS right,
      count(*) FILTER (came IS NULL) AS blank, count(*) FILTER (came IS NULL AND value IS NOT NULL) AS filled,
      avg(abs(try_cast(value AS DOUBLE) - truth)) AS mean, max(abs(try_cast(value AS DOUBLE) - truth)) AS largest
     FROM (SELECT * FROM cell WHERE "column" = ${quoteText(column)}) c
     LEFT JOIN handled h ON h.line = c.line AND h."column" = c."column"`,
  );
  return {
    column,
    wrong: Number(row.wrong),
    found: Number(row.found),
    foundAndWrong: Number(row.right),
    blank: Number(row.blank),
    blankFilled: Number(row.filled),
    filledMeanAbsoluteError: row.mean as number | null,
    filledLargestError: row.largest as number | null,
  };
}

function summary(columns: ColumnScore[]) {
  const sum = (key: 'wrong' | 'found' | 'foundAndWrong' | 'blank' | 'blankFilled') =>
    columns.reduce((total, column) => total + column[key], 0);
  return {
    precision: sum('foundAndWrong') / sum('found'),
    recall: sum('foundAndWrong') / sum('wrong'),
    wrongCells: sum('wrong'),
    foundCells: sum('found'),
    blankCells: sum('blank'),
    blankFilled: sum('blankFilled'),
  };
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
report(await measure(), (r) =>
  [
    `precision ${percent(r.precision)}, recall ${percent(r.recall)} of ${r.wrongCells} wrong cells`,
    `${r.blankFilled} of ${r.blankCells} blank cells filled`,
    `${r.rows.read} rows: ${r.rows.added} added (${r.rows.repaired} repaired), ${r.rows.quarantined} quarantined`,
    ...Object.entries(r.repairedByRule).map(([rule, count]) => `  repaired ${rule}: ${count}`),
    ...Object.entries(r.quarantinedByRule).map(([rule, count]) => `  quarantined ${rule}: ${count}`),
    ...r.columns.map(
      (c) =>
        `  ${c.column}: ${c.foundAndWrong}/${c.wrong} found, ${c.found - c.foundAndWrong} false; error of filled ${c.filledMeanAbsoluteError?.toFixed(4)} (largest ${c.filledLargestError?.toFixed(2)})`,
    ),
  ].join('\n'),
);
