import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type JsonRow, type SteelModel, trainSteelModel } from '../../../test/support/steel-model.ts';
import { openServedModel, type ServedModel } from '../served-model.ts';
import { createListening, type Heard } from './listening.ts';

let steel: SteelModel;
let model: ServedModel;
let rows: JsonRow[];
beforeAll(async () => {
  steel = await trainSteelModel({ rows: 500, trees: 5, depth: 3 });
  model = await openServedModel(steel.version, steel.onnx);
  rows = steel.rows;
}, 60_000);
afterAll(() => model.retire());

function listen(maxRows?: number) {
  const counts: Record<string, number> = {};
  const listening = createListening({
    maxRows,
    counted: (outcome, _, count) => {
      counts[outcome] = (counts[outcome] ?? 0) + count;
    },
  });
  const ask = (asked: readonly unknown[], of: ServedModel = model): Promise<Heard> =>
    new Promise((heard) => listening.ask({ model: of, rows: asked, history: undefined, heard }));
  return { listening, counts, ask };
}
const valuesOf = (heard: Heard, count: number): number[] =>
  heard === undefined ? [] : [...heard.answers.values.subarray(heard.start, heard.start + count)];
const direct = (asked: readonly unknown[]): Promise<number[]> =>
  new Promise((resolve) => {
    model.predict(asked, (_, answers, start, end) => resolve([...answers.values.subarray(start, end)]));
  });

test('each request hears what the model says of its own rows, bit for bit', async () => {
  const { listening, counts, ask } = listen();
  const requests = Array.from({ length: 120 }, (_, i) => rows.slice(i, i + 1 + (i % 5)));
  const heard = await Promise.all(requests.map((request) => ask(request)));
  for (const [i, request] of requests.entries())
    expect(valuesOf(heard[i], request.length)).toEqual(await direct(request));
  expect(counts).toEqual({ answered: requests.flat().length });
  await listening.close();
});

test('a row that the model cannot take is counted and spoils no other', async () => {
  const { listening, counts, ask } = listen();
  const heard = await Promise.all([ask([rows[0]]), ask([{ NSM: 'x' }]), ask([rows[1]])]);
  expect(heard.map((said) => said !== undefined)).toEqual([true, false, true]);
  expect(valuesOf(heard[2], 1)).toEqual(await direct([rows[1]]));
  expect(counts).toEqual({ answered: 2, failed: 1 });
  await listening.close();
});

test('what is too much is dropped at once and counted, and there is room again', async () => {
  const { listening, counts, ask } = listen(100);
  const first = ask(rows.slice(0, 100));
  expect(await ask([rows[0]])).toBeUndefined();
  expect(await first).toBeDefined();
  expect(await ask([rows[0]])).toBeDefined();
  expect(counts).toEqual({ answered: 101, dropped: 1 });
  await listening.close();
});

test('a model that was let go is asked no more, and whoever waits at the end hears so', async () => {
  const { listening, counts, ask } = listen();
  const gone = await openServedModel(steel.version, steel.onnx);
  const waiting = ask([rows[0]], gone);
  gone.retire();
  expect(await waiting).toBeUndefined();
  const last = ask([rows[1]]);
  await listening.close();
  expect(await last).toBeUndefined();
  expect(await ask([rows[1]])).toBeUndefined();
  await sleep(20);
  expect(counts).toEqual({ dropped: 3 });
});
