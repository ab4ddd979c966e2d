/**
 * Bodies that random changes have spoilt, at every route that takes rows. `npm run show:fuzz` sends ten thousand.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../models/random.ts';
import { fileChampions, startApi, type TestApi } from './support/api.ts';
import { fuzzed } from './support/fuzz.ts';
import { type SteelModel, trainSteelModel } from './support/steel-model.ts';

const bodies = Number(process.env.FUZZ_BODIES ?? 500);
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 100_000);
const clients = 8;
/** What the database's absence may be answered with. */
const retryable = 503;

let api: TestApi;
let model: SteelModel;
const unhandled: unknown[] = [];
const remember = (reason: unknown): void => void unhandled.push(reason);

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
const heapMiB = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

beforeAll(async () => {
  process.on('unhandledRejection', remember);
  process.on('uncaughtException', remember);
  model = await trainSteelModel({ rows: 500, trees: 10, depth: 4 });
  api = await startApi({ source: fileChampions(model) });
});
afterAll(async () => {
  process.off('unhandledRejection', remember);
  process.off('uncaughtException', remember);
  await api.close();
});

/** Good bodies by route. */
function goodBodies(): [path: string, bodies: Buffer[]][] {
  const [row, other] = model.rows;
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  const tensors = Object.entries(row).map(([name, cell]) => ({
    name,
    ...{ shape: [1, 1], datatype: typeof cell === 'number' ? 'FP64' : 'BYTES', data: [cell] },
  }));
  const key = 'shift-7';
  return [
    ['/predict', [json(row), json([row, other]), json({ rows: [row, other], keys: [key, null] })]],
    ['/v1/pipelines/steel-energy/predict', [json(row), json({ rows: [row] })]],
    ['/predict/batch', [json({ rows: [row, other] }), json([row])]],
    ['/v2/models/steel-energy/infer', [json({ id: '7', inputs: tensors })]],
    ['/v1/pipelines/steel-energy/explain', [json({ rows: [row] })]],
    ['/v1/pipelines/steel-energy/outcomes', [json([{ key, actual: 3.5 }])]],
    ['/analyze', [json({ pipeline: 'steel-energy', from: '2026-01-01T00:00:00Z' })]],
    ['/invocations', [json({ dataframe_records: [row] }), json({ inputs: [row] })]],
  ];
}

it(
  `${bodies} spoilt bodies (seed ${seed}) crash nothing, leave no rejection behind and no memory taken`,
  async () => {
    const random = seededRandom(seed, 'fuzz');
    const routes = goodBodies();
    const statuses = new Map<number, number>();
    const faults: string[] = [];

    const send = async (path: string, body: Buffer): Promise<void> => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(api.url + path, { method: 'POST', headers, body: new Uint8Array(body) });
      const text = await response.text();
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      if (response.status >= 500 && response.status !== retryable)
        faults.push(
          `${path} ${response.status} ${text.slice(0, 200)} for ${body.toString('latin1', 0, 300)}`,
        );
      else JSON.parse(text);
    };
    const sendMany = async (count: number): Promise<void> => {
      let left = count;
      const client = async (): Promise<void> => {
        while (left-- > 0) {
          const [path, good] = routes[random.integer(routes.length)];
          await send(path, fuzzed(good, random));
        }
      };
      await Promise.all(Array.from({ length: clients }, client));
    };

    await sendMany(bodies / 2);
    const before = heapMiB();
    await sendMany(bodies / 2);
    const grown = heapMiB() - before;
    console.log(`fuzz: ${JSON.stringify(Object.fromEntries(statuses))}, heap ${grown.toFixed(1)} MiB more`);
    expect(faults).toEqual([]);
    expect(unhandled).toEqual([]);
    // What a leak of a few hundred bytes a request would not stay below.
    expect(grown).toBeLessThan(8 + bodies / 1_000);
    await send('/predict', Buffer.from(JSON.stringify(model.rows[0])));
    expect(statuses.get(200)).toBeGreaterThan(0);
  },
  60_000 + bodies * 60,
);
