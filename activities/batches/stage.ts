import { join } from 'node:path';
import type { BatchInput, StagedRows } from '../../contracts/batch.ts';
import { mayLack } from '../../contracts/cells.ts';
import { RelevoError } from '../../contracts/errors.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { ArtifactRef } from '../../contracts/refs.ts';
import { servingPolicyOf } from '../../contracts/serving.ts';
import { rowIdColumn } from '../../data/datasets.ts';
import { type DuckDb, openDuckDb, pathList, quoteName, quoteText } from '../../data/duckdb.ts';
import type { Pulse } from '../heartbeat.ts';
import { putJson } from '../json.ts';
import { localPaths } from '../parts.ts';
import { readCsvHead } from './csv-head.ts';
import type { BatchDeps } from './index.ts';
import { keyColumn } from './rows.ts';

/** Enough rows that a chunk is worth its overhead, and so few that a lost one costs seconds. */
const chunkRows = 20_000;
/** More chunks would make the workflow's history and its last step's input too long. */
const mostChunks = 200;
const mostRows = 20_000_000;

export async function stageRows(
  deps: BatchDeps,
  batch: BatchInput,
  folder: string,
  { signal, report }: Pulse,
): Promise<StagedRows> {
  const { spec, source } = await deps.registry.models.get(batch.pipeline, batch.modelVersion);
  const history = spec.forecast && (await newestReadings(deps, batch.pipeline, source));
  const db = await openDuckDb({ path: join(folder, 'rows.duckdb'), tempDir: folder, signal });
  try {
    const from = await readerOf(deps, batch, spec);
    const present = await presentColumns(db, from, batch, spec);
    const names = askedColumns(spec).filter((name) => present.has(name));
    const cells = names.map((name) => `CAST(${quoteName(name)} AS VARCHAR) AS ${quoteName(name)}`);
    const key = keyOf(batch, present);
    if (key !== undefined) cells.push(`CAST(${quoteName(key)} AS VARCHAR) AS ${quoteName(keyColumn)}`);
    await understood(batch, () => db.run(`CREATE TABLE batch AS SELECT ${cells.join(', ')} FROM ${from}`));
    const rows = await db.count('SELECT count(*) FROM batch');
    checkCount(rows);
    const size = Math.max(chunkRows, Math.ceil(rows / mostChunks));
    const chunks: ArtifactRef[] = [];
    for (let start = 0; start < rows; start += size) {
      const path = join(folder, `chunk-${chunks.length}.parquet`);
      await db.run(
        `COPY (SELECT * FROM batch WHERE rowid >= ${start} AND rowid < ${start + size} ORDER BY rowid)
         TO ${quoteText(path)} (FORMAT parquet)`,
      );
      const about = { name: `rows-${chunks.length}.parquet`, mediaType: 'application/vnd.apache.parquet' };
      chunks.push(await deps.artifacts.putFile(path, about));
      report({ phase: 'divide', done: Math.min(rows, start + size), total: rows });
    }
    const plan = await putJson(deps.artifacts, 'chunks.json', { rowsPerChunk: size, chunks, history });
    return { plan, chunks: chunks.length, rows };
  } finally {
    db.close();
  }
}

/** What the rows are selected from. */
async function readerOf(
  { artifacts, registry }: BatchDeps,
  batch: BatchInput,
  spec: PipelineSpec,
): Promise<string> {
  if ('datasetVersion' in batch.rows) {
    const { manifest } = await registry.datasets.get(batch.rows.datasetVersion);
    const paths = await localPaths(artifacts, manifest.parts);
    return `(SELECT * FROM read_parquet(${pathList(paths)}) ORDER BY ${rowIdColumn})`;
  }
  const path = await artifacts.localPath(batch.rows.file);
  const file = quoteText(path);
  if (batch.rows.format === 'parquet') return `read_parquet(${file})`;
  if (batch.rows.format === 'csv') {
    const { delimiter, names } = await readCsvHead(path);
    // Nothing is guessed: a line that is not as the header says is an error with its number.
    return `read_csv(${file}, auto_detect = false, header = true, delim = ${quoteText(delimiter)}, quote = '"',
      escape = '"', nullstr = '', columns = ${textColumns(names)})`;
  }
  const key = batch.key ?? batch.log?.policy.keyColumn;
  const names = [...askedColumns(spec), ...(key === undefined ? [] : [key])];
  return `read_json(${file}, format = 'newline_delimited', columns = ${textColumns(names)})`;
}

/** The columns that a row is asked with: the model's, and the time of a forecast. */
const askedColumns = ({ inputs, forecast }: PipelineSpec): string[] =>
  forecast === undefined ? inputs : [forecast.time, ...inputs];

/**
 * The readings that all of a batch's forecasts start from, though newer ones be read meanwhile.
 * @throws RelevoError DATASET_NOT_FOUND
 */
async function newestReadings(
  { registry }: BatchDeps,
  pipeline: string,
  source: string,
): Promise<ArtifactRef> {
  const newest = await registry.datasets.latest(pipeline, source);
  if (newest?.artifacts.history !== undefined) return newest.artifacts.history;
  throw new RelevoError(
    'DATASET_NOT_FOUND',
    `"${pipeline}" has no readings that a forecast could start from`,
    {
      value: `${pipeline}/${source}`,
      remedy: `Run "relevo ingest ${pipeline} --source ${source}", then ask again.`,
    },
  );
}

const textColumns = (names: readonly string[]): string =>
  `{${[...new Set(names)].map((name) => `${quoteText(name)}: 'VARCHAR'`).join(', ')}}`;

/** The column of the rows' keys: the one that was named, the pipeline's, or the ids of a dataset's rows. */
function keyOf({ key, log, rows }: BatchInput, present: ReadonlySet<string>): string | undefined {
  const usual = log?.policy.keyColumn;
  if (key !== undefined || (usual !== undefined && present.has(usual))) return key ?? usual;
  return 'datasetVersion' in rows ? rowIdColumn : undefined;
}

/** The columns that the rows have. @throws RelevoError REQUEST_INVALID where one lacks that no row may lack. */
async function presentColumns(
  db: DuckDb,
  from: string,
  batch: BatchInput,
  spec: PipelineSpec,
): Promise<Set<string>> {
  const described = await understood(batch, () => db.rows(`DESCRIBE SELECT * FROM ${from}`));
  const present = new Set(described.map(({ column_name: name }) => String(name)));
  const policy = servingPolicyOf(spec);
  const lacking = spec.inputs.filter((name) => !present.has(name) && !mayLack(spec.columns[name], policy));
  const time = spec.forecast?.time;
  if (time !== undefined && !present.has(time)) lacking.unshift(time);
  if (batch.key !== undefined && !present.has(batch.key)) lacking.push(batch.key);
  if (lacking.length === 0) return present;
  throw new RelevoError(
    'REQUEST_INVALID',
    `The rows have no column ${lacking.map((name) => `"${name}"`).join(', ')}.`,
    {
      field: lacking[0],
      value: [...present].slice(0, 20).join(', '),
      expected: `the columns ${askedColumns(spec).join(', ')}`,
    },
  );
}

/** What DuckDB says of a file that it cannot read, without the place where this machine keeps it. */
async function understood<T>({ rows }: BatchInput, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof RelevoError || 'datasetVersion' in rows) throw error;
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    const message = reason.replaceAll(/(?:"|')?\/[^"'\s]*/g, 'the file').slice(0, 300);
    throw new RelevoError('SOURCE_ROW_MALFORMED', `The rows cannot be read as ${rows.format}: ${message}`, {
      field: 'body',
      expected: `rows in ${rows.format}, UTF-8`,
    });
  }
}

function checkCount(rows: number): void {
  if (rows >= 1 && rows <= mostRows) return;
  throw new RelevoError('REQUEST_INVALID', `The batch has ${rows} rows.`, {
    field: 'body',
    value: rows,
    expected: `1 to ${mostRows} rows`,
  });
}
