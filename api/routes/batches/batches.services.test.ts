import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { openDuckDb, quoteText } from '../../../data/duckdb.ts';
import { ownTemporal } from '../../../test/own-temporal.ts';
import type { Workers } from '../../../test/stack.ts';
import type { TestApi } from '../../../test/support/api.ts';
import { type ServedStack, startServedStack } from '../../../test/support/served-stack.ts';
import type { JsonRow, SteelModel } from '../../../test/support/steel-model.ts';

interface Batch {
  id: string;
  state: string;
  progress?: { phase: string; fraction: number };
  result?: { rows: number; answered: number; refused: number; modelVersion: string };
  error?: { code: string; message: string };
}
interface Line {
  row: number;
  key?: string;
  id?: string;
  value?: number;
  error?: string;
}

const pipeline = 'steel-energy';
const base = `/v1/pipelines/${pipeline}/batches`;
let stack: ServedStack;
let folder: string;
let workers: Workers;
let api: TestApi;
let model: SteelModel;
/** What `/predict` says of each of the model's rows. */
let expected: number[];

const quoted = (cell: string | number): string => `"${String(cell).replaceAll('"', '""')}"`;
function csvOf(rows: readonly JsonRow[]): string {
  const names = ['meter', ...model.version.spec.inputs];
  const lines = rows.map((row, at) =>
    names.map((name) => quoted(name === 'meter' ? `m-${at}` : row[name])).join(','),
  );
  return `${names.map(quoted).join(',')}\n${lines.join('\n')}\n`;
}
const repeated = (rows: number): JsonRow[] =>
  Array.from({ length: rows }, (_, at) => model.rows[at % model.rows.length]);

async function start(
  body: string | Uint8Array<ArrayBuffer>,
  type: string,
  query = '',
): Promise<{ status: number; id: string }> {
  const init = { method: 'POST', headers: { 'content-type': type }, body };
  let response = await fetch(`${api.url}${base}?${query}`, init);
  // A server that its test keeps busy asks for patience.
  for (; response.status === 503; response = await fetch(`${api.url}${base}?${query}`, init))
    await sleep(500);
  const { id } = (await response.json()) as { id: string };
  return { status: response.status, id };
}
const read = async (id: string): Promise<Batch> =>
  (await (await fetch(`${api.url}${base}/${id}`)).json()) as Batch;
async function ended(id: string): Promise<Batch> {
  for (;;) {
    const batch = await read(id);
    if (batch.state !== 'running') return batch;
    await sleep(200);
  }
}
const results = (id: string): Promise<Response> => fetch(`${api.url}${base}/${id}/results`);
const linesOf = async (response: Response): Promise<Line[]> =>
  (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** The predictions that the log has of these lines: each that was answered once, and no more. */
async function expectLogged(lines: readonly Line[]): Promise<void> {
  const ids = lines.flatMap(({ id }) => id ?? []);
  expect(ids).toHaveLength(lines.filter(({ error }) => error === undefined).length);
  const client = new pg.Client(workers.databaseUrl);
  await client.connect();
  try {
    const { rows } = await client.query('select id from relevo.predictions where right(id::text, 12) = $1', [
      ids[0].slice(-12),
    ]);
    expect(rows.map(({ id }) => id).sort()).toEqual([...ids].sort());
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  stack = await startServedStack({ databaseUrl: inject('databaseUrl'), temporalAddress: ownTemporal() });
  ({ folder, workers, model, api } = stack);
  const response = await fetch(`${api.url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(model.rows),
  });
  const { predictions } = (await response.json()) as { predictions: { value: number }[] };
  expected = predictions.map(({ value }) => value);
}, 180_000);
afterAll(() => stack?.close());

it('answers a CSV row by row in its order, with keys, and says of bad rows what is wrong', async () => {
  const rows = repeated(20_500);
  rows[3] = { ...rows[3], Load_Type: 'Huge' };
  rows[20_400] = { ...rows[20_400], 'Lagging_Current_Reactive.Power_kVarh': 'much' };
  const { status, id } = await start(csvOf(rows), 'text/csv; charset=utf-8', 'key=meter&id=first');
  expect([status, id]).toEqual([202, 'first']);
  const batch = await ended(id);
  expect(batch, JSON.stringify(batch.error)).toMatchObject({
    state: 'completed',
    result: { rows: 20_500, answered: 20_498, refused: 2, modelVersion: '1.0.0' },
  });
  const response = await results(id);
  expect(response.headers.get('content-type')).toBe('application/x-ndjson');
  const lines = await linesOf(response);
  expect(lines.map(({ row }) => row)).toEqual(rows.map((_, at) => at));
  expect(lines[20_499].key).toBe('m-20499');
  expect(lines[3].error).toMatch(/"Load_Type" is "Huge"; expected one of/);
  expect(lines[20_400].error).toMatch(/is "much"; expected a number from/);
  const wrong = lines.filter(({ value, error }, at) => !error && value !== expected[at % expected.length]);
  expect(wrong).toEqual([]);
  expect((await start(csvOf(rows), 'text/csv', 'id=first')).status).toBe(409);
  await expectLogged(lines);
  const logged = await fetch(`${api.url}/v1/pipelines/${pipeline}/predictions/${lines[20_499].id}`);
  const { 'Lagging_Current_Reactive.Power_kVarh': _, ...others } = rows[20_499];
  expect(await logged.json()).toMatchObject({
    ...{ key: 'm-20499', version: '1.0.0', inputs: others },
    answer: { values: [lines[20_499].value] },
  });
});

it('reads NDJSON and Parquet, and writes CSV and Parquet', async () => {
  const rows = model.rows.slice(0, 50);
  const ndjson = rows.map((row) => JSON.stringify({ ...row, more: [1, { a: 2 }] })).join('\n');
  const asCsv = await start(ndjson, 'application/x-ndjson', 'results=csv');
  expect((await ended(asCsv.id)).result?.answered).toBe(50);
  const [head, ...csv] = (await (await results(asCsv.id)).text()).trim().split('\n');
  expect(head).toMatch(/^row,key,id,value,(low,high,)?error$/);
  expect(csv.map((line) => Number(line.split(',')[3]))).toEqual(expected.slice(0, 50));

  const db = await openDuckDb();
  try {
    const [source, parquet, answer] = ['rows.csv', 'rows.parquet', 'answer.parquet'].map((name) =>
      join(folder, name),
    );
    await writeFile(source, csvOf(rows));
    await db.run(`COPY (SELECT * FROM ${quoteText(source)}) TO ${quoteText(parquet)} (FORMAT parquet)`);
    const started = await start(
      new Uint8Array(await readFile(parquet)),
      'application/vnd.apache.parquet',
      'results=parquet',
    );
    expect((await ended(started.id)).result?.answered).toBe(50);
    await writeFile(answer, Buffer.from(await (await results(started.id)).arrayBuffer()));
    const read = await db.rows(`SELECT row, value FROM ${quoteText(answer)}`);
    expect(read.map(({ value }) => value)).toEqual(expected.slice(0, 50));
  } finally {
    db.close();
  }
});

it('fails with a reason where the file is none, and may then be started again', async () => {
  const broken = await start(`${csvOf(model.rows.slice(0, 2))}"unended`, 'text/csv', 'id=again');
  expect((await ended(broken.id)).error).toMatchObject({ code: 'SOURCE_ROW_MALFORMED' });
  expect((await results('again')).status).toBe(409);
  const uneven = await start(`${csvOf(model.rows.slice(0, 2))}1,2\n`, 'text/csv');
  const { error } = await ended(uneven.id);
  expect(error).toMatchObject({ code: 'SOURCE_ROW_MALFORMED', message: expect.stringContaining('Line: 4') });
  expect(error?.message).not.toContain(workers.home);
  const lacking = await start('a,b\n1,2\n', 'text/csv');
  expect((await ended(lacking.id)).error).toMatchObject({
    code: 'REQUEST_INVALID',
    message: expect.stringContaining('"Lagging_Current_Reactive.Power_kVarh"'),
  });
  expect((await start(csvOf(model.rows.slice(0, 2)), 'text/csv', 'id=again')).status).toBe(202);
  expect((await ended('again')).state).toBe('completed');
});

it('refuses at once what cannot become a batch', async () => {
  const status = async (...given: Parameters<typeof start>) => (await start(...given)).status;
  expect(await status('x', 'text/html')).toBe(415);
  expect(await status('', 'text/csv')).toBe(422);
  expect(await status('{"datasetVersion": "steel-energy/real@000000000000"}', 'application/json')).toBe(404);
  expect(await status('{"path": "/etc/passwd"}', 'application/json')).toBe(400);
  expect(await status('x', 'text/csv', 'version=9.9.9')).toBe(404);
  expect(await status('x', 'text/csv', 'id=../../x')).toBe(400);
  expect((await fetch(`${api.url}${base}/none`)).status).toBe(404);
  expect((await fetch(`${api.url}${base}/none/results`)).status).toBe(404);
});

it('goes on where it was when its worker is killed, and each row is there once', async () => {
  const rows = repeated(80_000);
  const { id } = await start(csvOf(rows), 'text/csv', 'id=killed');
  for (let batch = await read(id); (batch.progress?.fraction ?? 0) < 0.5; batch = await read(id)) {
    expect(batch.state, JSON.stringify(batch.error)).toBe('running');
    await sleep(50);
  }
  const before = workers.compute.current();
  if (before?.pid !== undefined) process.kill(before.pid, 'SIGKILL');
  const batch = await ended(id);
  expect(batch).toMatchObject({ state: 'completed', result: { rows: 80_000, refused: 0 } });
  const lines = await linesOf(await results(id));
  expect(lines.every(({ row, value }, at) => row === at && value === expected[at % expected.length])).toBe(
    true,
  );
  expect(lines).toHaveLength(80_000);
  await expectLogged(lines);
  expect(workers.compute.current()?.pid).not.toBe(before?.pid);
}, 120_000);

it('stops when it is cancelled', async () => {
  const { id } = await start(csvOf(repeated(60_000)), 'text/csv', 'id=cancelled');
  const response = await fetch(`${api.url}/v1/runs/batch%2F${pipeline}%2F${id}/cancel`, { method: 'POST' });
  expect(response.status).toBe(202);
  expect((await ended(id)).state).toBe('cancelled');
  expect((await results(id)).status).toBe(409);
});
