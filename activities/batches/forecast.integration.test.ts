import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forecastRequest } from '../../api/serving/forecast/rows.ts';
import type { ArtifactStore } from '../../contracts/artifacts.ts';
import type { BatchInput } from '../../contracts/batch.ts';
import { selectRows } from '../../contracts/frame.ts';
import { logPolicySchema } from '../../contracts/predictions.ts';
import type { ArtifactRef } from '../../contracts/refs.ts';
import { historyTail, parseHistoryTail } from '../../inference/history.ts';
import { openModel } from '../../inference/session.ts';
import { closePool } from '../../models/pool.ts';
import { createFolderArtifacts } from '../../registry/artifacts/folder.ts';
import type { PredictionBatch } from '../../registry/types.ts';
import { plant, forecastSpec as spec, trainForecastModel } from '../../test/support/forecast-model.ts';
import type { BatchDeps } from './index.ts';
import { predictChunk } from './predict.ts';
import { stageRows } from './stage.ts';

const frame = plant();
const pulse = { signal: new AbortController().signal, report: () => {} };
let folder: string;
let artifacts: ArtifactStore;
let onnx: Uint8Array;
let history: Uint8Array;
/** The readings that the registry calls its newest. */
let newest: ArtifactRef | undefined;
let logged: PredictionBatch[];
let deps: BatchDeps;

const put = (name: string, bytes: Uint8Array | string): Promise<ArtifactRef> =>
  artifacts.putBytes(Buffer.from(bytes), { name, mediaType: 'application/octet-stream' });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relevo-batch-'));
  artifacts = createFolderArtifacts(join(folder, 'artifacts'));
  const trained = await trainForecastModel(frame);
  trained.fitted.dispose();
  ({ onnx } = trained);
  history = historyTail(spec, frame);
  const version = { spec, onnx: await put('model.onnx', onnx), source: 'original', version: '1.0.0' };
  deps = {
    ...{ artifacts, scratchDir: folder },
    registry: {
      models: { get: async () => version },
      datasets: { latest: async () => newest && { artifacts: { history: newest } } },
      predictions: { copy: async (batch: PredictionBatch) => void logged.push(batch) },
    },
  } as unknown as BatchDeps;
}, 120_000);
afterAll(async () => {
  await closePool();
  await rm(folder, { recursive: true, force: true });
});

type Line = Record<string, unknown> & { row: number };

/** What a batch of a CSV is answered; `meanwhile` happens once its rows are divided. */
async function answered(csv: string, meanwhile: () => Promise<void> = async () => {}): Promise<Line[]> {
  logged = [];
  newest = await put('history', history);
  const batch: BatchInput = {
    ...{ pipeline: spec.name, modelVersion: '1.0.0', results: 'ndjson' },
    rows: { file: await put('rows.csv', csv), format: 'csv' },
    log: {
      ...{ runId: 'batch/steel-forecast/a', askedAt: '2026-11-22T10:30:00.000Z' },
      policy: logPolicySchema.parse({}),
    },
  };
  const own = () => mkdtemp(join(folder, 'scratch-'));
  const { plan, chunks } = await stageRows(deps, batch, await own(), pulse);
  expect(chunks).toBe(1);
  await meanwhile();
  const { file } = await predictChunk(deps, { batch, plan, index: 0 }, await own(), pulse);
  const text = Buffer.from(await artifacts.readBytes(file)).toString();
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('a batch of forecasts', () => {
  it('is answered as requests are, to the last bit, with what each row is about', async () => {
    const rows = [
      { date: '2018-02-10T00:15', Load_Type: 'Light_Load' },
      { date: '2018-02-10 10:00:00', Load_Type: 'medium_load' },
      { date: 'tomorrow at 10:00', Load_Type: 'Maximum_Load' },
      { date: '2018-02-16T23:45', Load_Type: 'Medium_Load' },
    ];
    const lines = await answered(
      `Load_Type,date\n${rows.map(({ date, Load_Type }) => `${Load_Type},${date}`).join('\n')}\n`,
      // Other readings are the newest once the batch runs: it goes on from those that it began with.
      async () => {
        const until = selectRows(
          frame,
          Int32Array.from({ length: frame.rows - 96 }, (_, at) => at),
        );
        newest = await put('history', historyTail(spec, until));
      },
    );
    const asked = forecastRequest(spec, parseHistoryTail(history), rows, String);
    const model = await openModel(onnx);
    const loads = ['Light_Load', 'Medium_Load', 'Maximum_Load', 'Medium_Load'];
    const said = await model.answer({ ...asked.history, Load_Type: loads }, rows.length);
    await model.release();
    expect(lines.map(({ id: _, ...line }) => line)).toEqual(
      rows.map((_, row) => ({
        ...{ row, ...asked.moments[row], value: said.prediction[row] },
        ...{ low: said.interval?.[2 * row], high: said.interval?.[2 * row + 1] },
      })),
    );
    expect(new Set(lines.map(({ value }) => value)).size).toBe(4);
    expect(Buffer.from(logged[0].data).toString()).toContain(
      '\t{"date":"tomorrow at 10:00","Load_Type":"Maximum_Load"}\t',
    );
  });

  it('says of each row whose time is none to forecast what is wrong, and answers the others', async () => {
    const times = ['2018-02-10T00:15', 'whenever', '2018-02-10T00:00', '2018-02-17T00:15', ''];
    const lines = await answered(`date,Load_Type\n${times.map((time) => `${time},Light_Load\n`).join('')}`);
    expect(lines.map(({ value }) => typeof value)).toEqual(['number', ...Array(4).fill('undefined')]);
    const wanted =
      'expected a time after 2018-02-10T00:00, the last reading, and up to 2018-02-17T00:00, such as "2018-02-10T00:15" or "tomorrow at 10:00"';
    expect(lines.slice(1).map(({ error }) => error)).toEqual([
      `"date" is "whenever"; ${wanted}`,
      `"date" is "2018-02-10T00:00"; ${wanted}`,
      `"date" is "2018-02-17T00:15"; ${wanted}`,
      `"date" is missing; ${wanted}`,
    ]);
    expect(logged.map(({ rows }) => rows)).toEqual([1]);
  });

  it('cannot be where its rows say no time, or nothing was read yet', async () => {
    await expect(answered('Load_Type\nLight_Load\n')).rejects.toMatchObject({
      ...{ code: 'REQUEST_INVALID', details: { field: 'date', expected: 'the columns date, Load_Type' } },
    });
    const batch: BatchInput = {
      ...{ pipeline: spec.name, modelVersion: '1.0.0', results: 'ndjson' },
      rows: { file: await put('rows.csv', 'x\n'), format: 'csv' },
    };
    newest = undefined;
    await expect(stageRows(deps, batch, folder, pulse)).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
  });
});
