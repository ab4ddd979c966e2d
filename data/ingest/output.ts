import { join } from 'node:path';
import { rowIdColumn, trainOnlyColumn } from '../datasets.ts';
import { type DuckDb, quoteName, quoteText } from '../duckdb.ts';
import type { Layout } from './layout.ts';
import { lineSql } from './load.ts';
import type { ValidateInput, ValidateOutput } from './validate.ts';

/** Rows of a Parquet row group; fixed, since it is part of the bytes. */
export const rowGroupRows = 122_880;
/** How a part is written. */
export const partFormat = `(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroupRows})`;

export type OutputReport = Omit<ValidateOutput, 'rowsRead' | 'warnings'>;

export interface Output {
  /** Writes the chunk's `good` rows to a part and keeps `bad` and `mends` for the end. */
  write(): Promise<void>;
  finish(): Promise<OutputReport>;
}

/**
 * Where a batch goes, with the tables `quarantine` and `repairs`: a database takes one. The files are left in
 * `workDir`.
 */
export async function createOutput(db: DuckDb, layout: Layout, input: ValidateInput): Promise<Output> {
  // Where and why, which cells are known to be wrong, then the text of all as it came.
  const texts = layout.fileColumns.map((name) => `${quoteName(name)} VARCHAR`);
  await db.run(
    `CREATE TABLE quarantine (_line BIGINT, _rule VARCHAR, _reason VARCHAR, _cells VARCHAR[], ${texts.join(', ')})`,
  );
  await db.run(
    `CREATE TABLE repairs (${rowIdColumn} BIGINT, _line BIGINT, "column" VARCHAR, old_value VARCHAR, new_value VARCHAR, rule VARCHAR)`,
  );
  const parts: ValidateOutput['parts'] = [];
  let nextRowId = input.firstRowId;
  return {
    async write() {
      await db.run(
        `CREATE OR REPLACE TEMP TABLE added AS SELECT *, ${nextRowId} + row_number() OVER (ORDER BY n) - 1 AS row_id FROM good`,
      );
      await keepRepairs(db, layout);
      await keepQuarantine(db, layout);
      const rows = await db.count('SELECT count(*) FROM added');
      if (rows === 0) return;
      const path = join(input.workDir, `part-${String(parts.length).padStart(4, '0')}.parquet`);
      await db.run(`COPY (${partSql(layout)}) TO ${quoteText(path)} ${partFormat}`);
      parts.push({ path, rows, firstRowId: nextRowId });
      nextRowId += rows;
    },
    finish: () => finish(db, input, parts),
  };
}

function partSql(layout: Layout): string {
  const columns = layout.columns.map(({ name, column, cell }) =>
    column.kind === 'timestamp'
      ? `make_timestamp(CAST(${cell} * 1000000 AS BIGINT)) AS ${quoteName(name)}`
      : `${cell} AS ${quoteName(name)}`,
  );
  return `SELECT row_id::BIGINT AS ${rowIdColumn}, ${columns.join(', ')}, train_only AS ${quoteName(trainOnlyColumn)} FROM added ORDER BY n`;
}

async function keepRepairs(db: DuckDb, layout: Layout): Promise<void> {
  const old = layout.columns.map(({ name, raw }) => `WHEN ${quoteText(name)} THEN ${raw}`);
  await db.run(
    `INSERT INTO repairs SELECT a.row_id, ${lineSql(layout)}, m."column", CASE m."column" ${old.join(' ')} END,
      m.new_value, m.rule
     FROM mends m JOIN added a ON a.n = m.n JOIN raw ON raw.rowid = m.n ORDER BY a.row_id, m."column"`,
  );
}

async function keepQuarantine(db: DuckDb, layout: Layout): Promise<void> {
  const texts = layout.fileColumns.map((_, k) => `raw${k}`);
  await db.run(
    `INSERT INTO quarantine SELECT ${lineSql(layout)}, b.rule, b.reason, b.found, ${texts.join(', ')}
     FROM bad b JOIN raw ON raw.rowid = b.n ORDER BY b.n`,
  );
}

async function finish(
  db: DuckDb,
  input: ValidateInput,
  parts: ValidateOutput['parts'],
): Promise<OutputReport> {
  const quarantined = await db.count('SELECT count(*) FROM quarantine');
  const cells = await db.count('SELECT count(*) FROM repairs');
  const report: OutputReport = {
    parts,
    rowsAdded: parts.reduce((sum, part) => sum + part.rows, 0),
    rowsRepaired: await db.count(`SELECT count(DISTINCT ${rowIdColumn}) FROM repairs`),
    rowsQuarantined: quarantined,
    repairedByRule: await tally(
      db,
      `SELECT CASE WHEN new_value IS NULL THEN 'emptied:' || "column" ELSE rule END AS rule FROM repairs`,
    ),
    quarantinedByRule: await tally(db, 'SELECT _rule AS rule FROM quarantine'),
  };
  if (quarantined > 0) {
    const path = join(input.workDir, 'quarantine.parquet');
    await db.run(`COPY (SELECT * FROM quarantine ORDER BY _line) TO ${quoteText(path)} ${partFormat}`);
    report.quarantine = { path, rows: quarantined };
  }
  if (cells > 0) {
    const path = join(input.workDir, 'repairs.parquet');
    await db.run(
      `COPY (SELECT * FROM repairs ORDER BY ${rowIdColumn}, "column") TO ${quoteText(path)} ${partFormat}`,
    );
    report.repairs = { path, cells };
  }
  return report;
}

async function tally(db: DuckDb, rules: string): Promise<Record<string, number>> {
  const rows = await db.rows(
    `SELECT rule, count(*) AS count FROM (${rules}) GROUP BY rule ORDER BY count DESC, rule`,
  );
  return Object.fromEntries(rows.map(({ rule, count }) => [String(rule), Number(count)]));
}
