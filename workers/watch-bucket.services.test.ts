import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type PipelineSpec, pipelineSpecSchema } from '../contracts/pipeline.ts';
import { type InProcess, startInProcess } from '../test/in-process.ts';
import { hasObjectStore, startObjectStore, type TestObjectStore } from '../test/object-store.ts';
import { ownTemporal } from '../test/own-temporal.ts';
import { plant, plantFile, plantRows, writePlant } from '../test/plant.ts';
import { watchPlaces } from './watch.ts';

const bucket = 'plant-data';
const locations = [{ kind: 'file', path: plantFile }];
const watch = { bucket, prefix: 'in/', settleSeconds: 2 };
const spec: PipelineSpec = pipelineSpecSchema.parse({
  ...plant({ rounds: 10, trials: 0 }),
  name: 'bucket-plant',
  sources: { file: { kind: 'csv', locations, watch } },
});

describe.skipIf(!hasObjectStore)('a bucket that a pipeline watches', () => {
  let stack: InProcess;
  let store: TestObjectStore;
  let watching: ReturnType<typeof watchPlaces>;
  const warnings: string[] = [];
  const startWatching = (): void => {
    const logger = { info: () => undefined, warn: (message: string) => void warnings.push(message) };
    const reach = { objectStore: { endpoint: store.endpoint } };
    const everyMs = { folder: 100, bucket: 100 };
    watching = watchPlaces({ client: stack.client, specs: [spec], reach, logger, everyMs });
  };
  beforeAll(async () => {
    store = await startObjectStore();
    const [databaseUrl, temporalAddress] = [inject('databaseUrl'), ownTemporal()];
    stack = await startInProcess({ databaseUrl, temporalAddress, objectStore: store.endpoint });
    await writePlant(stack.dataDir, 300);
    await store.makeBucket(bucket);
    startWatching();
  }, 300_000);
  afterAll(async () => {
    await watching.stop();
    await stack.stop();
    await store.stop();
  });

  const put = (name: string, text: string) => store.put(bucket, `in/${name}`, text);
  const rowsNow = async (): Promise<number> => (await stack.registry.datasets.latest(spec.name))?.rows ?? 0;
  const rowsBecome = (rows: number) => expect.poll(rowsNow, { timeout: 30_000 }).toBe(rows);
  const versions = async () => (await stack.registry.datasets.list(spec.name)).map(({ rows }) => rows);
  const runs = async () => {
    const found = await stack.registry.runs.list({ pipeline: spec.name, kind: 'ingest', limit: 20 });
    return found.map(({ state }) => state);
  };

  it('gives the rows of an object that arrives behind those that are there', async () => {
    await put('first.csv', plantRows(40, 2));
    await rowsBecome(340);
    await expect.poll(runs, { timeout: 10_000 }).toEqual(['completed']);
  });

  it('is read once across restarts', async () => {
    await watching.stop();
    startWatching();
    await sleep(2_000);
    expect(await versions()).toEqual([340]);
    expect(await runs()).toEqual(['completed']);
  });

  it('is waited for while an object is written again and again, and its growth is appended', async () => {
    const lines = plantRows(40, 2).trimEnd().split('\n');
    const added = plantRows(8, 3).trimEnd().split('\n').slice(1);
    for (const [at] of added.entries()) {
      await put('first.csv', `${[...lines, ...added.slice(0, at + 1)].join('\n')}\n`);
      await sleep(400);
      expect(await rowsNow()).toBe(340);
    }
    await rowsBecome(348);
    expect(await versions()).toEqual([348, 340]);
  });

  it('gives what arrives while nobody watches; a bad object is left out until it is mended', async () => {
    await watching.stop();
    await put('second.csv', plantRows(20, 4));
    await put('third.csv', `${plantRows(10, 5)}41.5,9.8`);
    await sleep(3_100);
    startWatching();
    await rowsBecome(368);
    const newest = await stack.registry.datasets.latest(spec.name);
    expect(newest?.report.warnings).toContainEqual(
      expect.stringContaining('s3://plant-data/in/third.csv was cut at line 12'),
    );
    await put('third.csv', plantRows(10, 5));
    await rowsBecome(378);
    expect(warnings).toEqual([]);
  });
});
