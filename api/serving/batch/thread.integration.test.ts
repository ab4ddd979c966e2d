import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { logPolicySchema } from '../../../contracts/predictions.ts';
import type { PredictionBatch } from '../../../registry/types.ts';
import { type SteelModel, trainSteelModel } from '../../../test/support/steel-model.ts';
import { openServedModel, type ServedModel } from '../served-model.ts';
import { type BatchThread, type BodyRequest, createBatchThread } from './thread.ts';

let model: SteelModel;
const threads: BatchThread[] = [];
const started = (onnx: Uint8Array): BatchThread => {
  const thread = createBatchThread({ version: model.version, onnx });
  threads.push(thread);
  return thread;
};
const answersOf = (served: ServedModel, rows: readonly unknown[]): Promise<number[]> =>
  new Promise((resolve, reject) => {
    const bad = served.predict(rows, (error, { values }, start, end) =>
      error === undefined ? resolve([...values.subarray(start, end)]) : reject(error),
    );
    if (bad >= 0) reject(new RangeError(`row ${bad}`));
  });
const columnsOf = (rows: SteelModel['rows']) =>
  Object.fromEntries(
    Object.entries(rows[0]).map(([name, cell]) => [
      name,
      typeof cell === 'number'
        ? Float64Array.from(rows, (row) => Number(row[name]))
        : rows.map((row) => String(row[name])),
    ]),
  );

beforeAll(async () => {
  model = await trainSteelModel({ rows: 3_000, trees: 30, depth: 5 });
});
afterEach(() => {
  for (const thread of threads.splice(0)) thread.close();
});

describe('a batch on its own thread', () => {
  it('has the answers that its rows have alone', async () => {
    const served = await openServedModel(model.version, model.onnx);
    const thread = started(model.onnx);
    thread.warm();
    const batch = await answersOf(served, model.rows);
    expect(batch).toHaveLength(3_000);
    // The first batch was answered here while the thread was opening; this one is the thread's.
    await expect.poll(() => thread.warm(), { timeout: 30_000 }).toBe(true);
    // Beginning with the second of these, the rows are shared with a helper as soon as that one is open.
    for (let time = 0; time < 8; time++) {
      const { values } = await thread.ask(columnsOf(model.rows), model.rows.length);
      expect([...values]).toEqual(batch);
      await sleep(150);
    }
    for (const at of [0, 1, 511, 2_047, 2_048, 2_999])
      expect(await answersOf(served, [model.rows[at]])).toEqual([batch[at]]);
    served.retire();
  });

  it('is answered in the order of asking, also by a thread that is told to end meanwhile', async () => {
    const thread = started(model.onnx);
    const columns = columnsOf(model.rows);
    const done: number[] = [];
    const asked = [0, 1, 2].map((i) => thread.ask(columns, model.rows.length).then(() => done.push(i)));
    thread.close();
    await Promise.all(asked);
    expect(done).toEqual([0, 1, 2]);
    const again = await thread.ask(columns, model.rows.length);
    expect(again.values).toHaveLength(model.rows.length);
  });

  describe('from a request to its answer', () => {
    let thread: BatchThread;
    beforeAll(() => {
      thread = createBatchThread({ version: model.version, onnx: model.onnx });
    });
    afterAll(() => thread.close());
    const policy = logPolicySchema.parse({});
    const request = (body: string, given: Partial<BodyRequest> = {}): BodyRequest => ({
      ...{ body: Buffer.from(body), requestId: 'r', startedAtMs: Date.now(), policy },
      ...given,
    });
    /** What is answered, and once all of it is there what is logged. */
    const answered = async (asked: BodyRequest, rows: number) => {
      const batches: PredictionBatch[] = [];
      const { json } = await thread.answer(asked, (batch) => batches.push(batch));
      await expect.poll(() => batches.reduce((sum, batch) => sum + batch.rows, 0)).toBe(rows);
      return { ...JSON.parse(Buffer.from(json).toString()), batches };
    };

    it('says of every row what it is answered alone, and has each in the log once', async () => {
      const served = await openServedModel(model.version, model.onnx);
      const { predictions, batches } = await answered(request(JSON.stringify(model.rows)), 3_000);
      expect(predictions).toHaveLength(3_000);
      for (const at of [0, 499, 500, 2_999])
        expect([predictions[at].value]).toEqual(await answersOf(served, [model.rows[at]]));
      const lines: string[] = batches.flatMap(({ data }: PredictionBatch) =>
        data.toString().trimEnd().split('\n'),
      );
      expect(lines.map((line) => line.split('\t')[0])).toEqual(
        predictions.map(({ id }: { id: string }) => id),
      );
      expect(batches.map(({ rows }: PredictionBatch) => rows)).toEqual(Array(6).fill(500));
      expect(batches[0].first).toBe(predictions[0].id);
      served.retire();
    });

    it('logs nothing where the pipeline does not', async () => {
      const silent = logPolicySchema.parse({ predictions: 'none' });
      const body = JSON.stringify(model.rows.slice(0, 700));
      const { predictions } = await answered(request(body, { policy: silent }), 0);
      expect(predictions).toHaveLength(700);
    });

    it('refuses with the same words as every request, and answers the next', async () => {
      const rows = model.rows.slice(0, 600);
      const bad = JSON.stringify(rows.with(599, { ...rows[0], NSM: -1 }));
      const refused = (body: string) =>
        thread.answer(request(body), () => undefined).catch((error: unknown) => error);
      expect(await refused(bad)).toMatchObject({
        ...{ name: 'RelevoError', code: 'ROW_INVALID', message: expect.stringContaining('NSM') },
        details: { where: '[599]', value: -1 },
      });
      expect(await refused('[{"NSM": 1')).toMatchObject({ code: 'REQUEST_INVALID' });
      expect((await answered(request(JSON.stringify(rows)), 600)).predictions).toHaveLength(600);
    });
  });

  it('fails alone where it cannot be answered', async () => {
    const thread = started(model.onnx);
    const columns = columnsOf(model.rows);
    await expect(thread.ask(columns, 7)).rejects.toThrow('with 7 rows');
    expect((await thread.ask(columns, model.rows.length)).values).toHaveLength(model.rows.length);
  });

  it('fails with a reason where the model cannot be opened', async () => {
    const thread = started(Buffer.from('no model'));
    await expect(thread.ask({}, 1)).rejects.toThrow();
  });
});
