import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type SteelModel, trainSteelModel } from '../../test/support/steel-model.ts';
import { type BatchThread, createBatchThread } from './batch-thread.ts';
import { openServedModel, type ServedModel } from './served-model.ts';

let model: SteelModel;
const threads: BatchThread[] = [];
const started = (onnx: Uint8Array): BatchThread => {
  const thread = createBatchThread(onnx);
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
    const { values } = await thread.ask(columnsOf(model.rows), model.rows.length);
    expect([...values]).toEqual(batch);
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
