import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { ActivityProgress } from '../../contracts/runs.ts';
import type { SourceSpec } from '../../contracts/source.ts';
import { type DuckDb, openDuckDb } from '../duckdb.ts';
import { stagedDelimiter } from '../sources/index.ts';
import { createExpectations, type Expectations } from '../validation/expectations.ts';
import { boundsSql, checkSql, type IdentitySystem, identitySystem } from './identities.ts';
import { type Layout, readLayout, verdicts } from './layout.ts';
import { loadRaw } from './load.ts';
import { localise } from './localise.ts';
import { settle } from './outcome.ts';
import { createOutput, type Output } from './output.ts';
import { parseSql } from './parse.ts';
import { fillSequence } from './sequence.ts';

export interface ValidateInput {
  spec: PipelineSpec;
  source: SourceSpec;
  csvPath: string;
  /** Local Parquet paths of the dataset so far. */
  knownParts: string[];
  firstRowId: number;
  /** A folder of this run's own; parts are left there. */
  workDir: string;
  signal: AbortSignal;
  onProgress(progress: ActivityProgress): void;
  /** What DuckDB may hold in memory; 512 MB where absent, the rest goes to `workDir`. */
  memoryLimitMb?: number;
  /** Rows that are cleaned at once. */
  chunkRows?: number;
}

export interface ValidateOutput {
  parts: { path: string; rows: number; firstRowId: number }[];
  quarantine?: { path: string; rows: number };
  repairs?: { path: string; cells: number };
  rowsRead: number;
  rowsAdded: number;
  rowsRepaired: number;
  rowsQuarantined: number;
  /** Cells by the rule that found them; `emptied:<column>` where a wrong value could only be taken out. */
  repairedByRule: Record<string, number>;
  /** Rows by the rule that they broke. */
  quarantinedByRule: Record<string, number>;
  warnings: string[];
}

const defaultChunkRows = 500_000;

interface Work {
  db: DuckDb;
  input: ValidateInput;
  layout: Layout;
  system: IdentitySystem;
  expectations: Expectations;
  output: Output;
}

/**
 * Cleans a staged CSV batch into Parquet parts: types and ranges, missing timestamps from the sequence, identities with
 * error localisation, expectations, repeats of known rows. Every row read is either added or quarantined with all of
 * its text. Works chunk by chunk in DuckDB, whose memory is bounded; the same input gives the same bytes.
 * @throws RelevoError SOURCE_HEADER_CHANGED, SOURCE_ROW_MALFORMED, EXPECTATION_STOPPED (nothing is added), CANCELLED.
 */
export async function validateBatch(input: ValidateInput): Promise<ValidateOutput> {
  await mkdir(input.workDir, { recursive: true });
  const { spec, source } = input;
  const layout = await readLayout(input.csvPath, stagedDelimiter(source), spec);
  const path = join(input.workDir, 'ingest.duckdb');
  const leftovers = [path, `${path}.wal`, join(input.workDir, 'spill')];
  for (const file of leftovers) await rm(file, { force: true, recursive: true });
  const db = await openDuckDb({
    path,
    tempDir: join(input.workDir, 'spill'),
    memoryLimitMb: input.memoryLimitMb,
    signal: input.signal,
  });
  try {
    const system = identitySystem(spec, layout);
    const expectations = await createExpectations(db, spec, layout, input.knownParts);
    const output = await createOutput(db, layout, input);
    return await clean({ db, input, layout, system, expectations, output });
  } finally {
    db.close();
    for (const file of leftovers) await rm(file, { force: true, recursive: true });
  }
}

async function clean(work: Work): Promise<ValidateOutput> {
  const { db, input, layout, expectations, output } = work;
  const stop = report(db, input);
  const rowsRead = await loadRaw(db, input.csvPath, stagedDelimiter(input.source), layout).finally(stop);
  const chunkRows = input.chunkRows ?? defaultChunkRows;
  for (let from = 0; from < rowsRead; from += chunkRows) {
    input.onProgress({ phase: 'check', done: from, total: rowsRead });
    await cleanChunk(work, { from, to: Math.min(from + chunkRows, rowsRead) });
  }
  const warnings = await expectations.finish(rowsRead);
  input.onProgress({ phase: 'check', done: rowsRead, total: rowsRead });
  return { ...(await output.finish()), rowsRead, warnings };
}

/** Tells how far the reading has come, since it is one long statement. */
function report(db: DuckDb, input: ValidateInput): () => void {
  const tell = () => {
    const share = db.progress();
    input.onProgress({ phase: 'read', done: Math.round(100 * (share ?? 0)), total: 100 });
  };
  tell();
  const timer = setInterval(tell, 1000);
  return () => clearInterval(timer);
}

async function cleanChunk(work: Work, chunk: { from: number; to: number }): Promise<void> {
  const { db, input, layout, system, expectations, output } = work;
  const { spec, source } = input;
  await db.run(
    `CREATE OR REPLACE TEMP TABLE cells AS ${parseSql(layout, source.missing, chunk.from, chunk.to)}`,
  );
  await expectations.seeArrivals();
  await fillSequence(db, spec, layout, system, source.missing, chunk);
  await db.run(`CREATE OR REPLACE TEMP TABLE suspects AS ${suspectsSql(layout, system)}`);
  await localise(db, layout, system, spec.sequence !== undefined);
  await settle(db, spec, layout, system);
  await expectations.judgeRows();
  await output.write();
}

/** Rows with a cell that is missing where it matters, unreadable or out of range, or with a broken identity. */
function suspectsSql(layout: Layout, system: IdentitySystem): string {
  const verdictOf = layout.columns.map((column) => {
    const matters = !column.column.optional || system.linked.includes(column);
    return `${column.verdict} > ${matters ? 0 : verdicts.missing}`;
  });
  const bounded = `(SELECT *, ${boundsSql(layout.columns).join(', ')} FROM cells)`;
  const broken = system.identities.map((_, j) => `ok${j} = false`);
  const cells = layout.columns.flatMap(({ cell, verdict }) => [cell, verdict]).join(', ');
  return `SELECT n, ${cells} FROM ${checkSql(system, layout, bounded)} WHERE ${[...verdictOf, ...broken].join(' OR ')}`;
}
