import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type PipelineSpec, pipelineSpecSchema } from '../contracts/pipeline.ts';
import { type InProcess, startInProcess } from '../test/in-process.ts';
import { ownTemporal } from '../test/own-temporal.ts';
import { plant, plantFile, plantRows, writePlant } from '../test/plant.ts';
import { watchPlaces } from './watch.ts';

const base = plant({ rounds: 10, trials: 0 });
const locations = [{ kind: 'file', path: plantFile }];
const watch = { folder: 'in', settleSeconds: 1 };
const spec: PipelineSpec = pipelineSpecSchema.parse({
  ...base,
  name: 'watched-plant',
  sources: { file: { kind: 'csv', locations, watch } },
});

let stack: InProcess;
let folder: string;
let watching: ReturnType<typeof watchPlaces>;
const warnings: string[] = [];
const startWatching = (): void => {
  const logger = { info: () => undefined, warn: (message: string) => void warnings.push(message) };
  const reach = { watchDir: stack.dataDir };
  const everyMs = { folder: 50, bucket: 50 };
  watching = watchPlaces({ client: stack.client, specs: [spec], reach, logger, everyMs });
};
beforeAll(async () => {
  const [databaseUrl, temporalAddress] = [inject('databaseUrl'), ownTemporal()];
  stack = await startInProcess({ databaseUrl, temporalAddress });
  folder = join(stack.dataDir, 'in');
  await mkdir(folder);
  await writePlant(stack.dataDir, 300);
  startWatching();
});
afterAll(async () => {
  await watching.stop();
  await stack.stop();
});

const rowsNow = async (): Promise<number> => (await stack.registry.datasets.latest(spec.name))?.rows ?? 0;
async function rowsBecome(rows: number): Promise<void> {
  for (let attempt = 0; attempt < 300 && (await rowsNow()) !== rows; attempt++) await sleep(100);
  expect(await rowsNow()).toBe(rows);
}
const versions = async () => (await stack.registry.datasets.list(spec.name)).map(({ rows }) => rows);
const runs = async (): Promise<string[]> => {
  const found = await stack.registry.runs.list({ pipeline: spec.name, kind: 'ingest', limit: 20 });
  return found.map(({ id, state }) => `${id.split('/')[2].slice(0, 6)} ${state}`);
};

it('ingests a file that arrives behind the rows that are there', async () => {
  await writeFile(join(folder, 'first.csv'), plantRows(40, 2));
  await rowsBecome(340);
  await expect.poll(runs, { timeout: 10_000 }).toEqual(['files- completed']);
});

it('reads nothing twice after a restart', async () => {
  await watching.stop();
  startWatching();
  await sleep(1_500);
  expect(await versions()).toEqual([340]);
  expect(await runs()).toEqual(['files- completed']);
});

it('waits until a file has stopped growing, and then appends it', async () => {
  const path = join(folder, 'second.csv');
  const text = plantRows(30, 3);
  const size = Math.ceil(text.length / 8);
  for (let at = 0; at < text.length; at += size) {
    await appendFile(path, text.slice(at, at + size));
    await sleep(300);
    expect(await rowsNow()).toBe(340);
  }
  await rowsBecome(370);
  expect(await versions()).toEqual([370, 340]);
});

it('takes what arrives while nobody watches; a bad file is left out until it is mended', async () => {
  await watching.stop();
  await writeFile(join(folder, 'third.csv'), plantRows(20, 4));
  await writeFile(join(folder, 'fourth.csv'), `${plantRows(10, 5)}41.5,9.8`);
  await sleep(1_100);
  startWatching();
  await rowsBecome(390);
  const newest = await stack.registry.datasets.latest(spec.name);
  expect(newest?.report.warnings).toContainEqual(expect.stringContaining('fourth.csv was cut at line 12'));
  await writeFile(join(folder, 'fourth.csv'), plantRows(10, 5));
  await rowsBecome(400);
  expect(warnings).toEqual([]);
});
