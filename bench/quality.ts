/**
 * How good the champions are, beside their peers on the same rows: `npm run bench:quality -- --pipeline NAME --json`.
 * Each system is measured by a file of `bench/quality/`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import { closePool } from '../models/pool.ts';
import { pipeline } from '../pipelines/index.ts';
import { option, report } from './lib/report.ts';
import type { Measured } from './quality/measured.ts';

type Measure = (spec: PipelineSpec, folder: string) => Promise<Measured>;
/** Loaded when asked for: each brings libraries of its own. */
const measures: Record<string, () => Promise<Measure>> = {
  'steel-energy': async () => (await import('./quality/steel.ts')).measureSteel,
  'steel-forecast': async () => (await import('./quality/forecast.ts')).measureForecast,
  'order-channel': async () => (await import('./quality/channel.ts')).measureChannel,
  'online-shoppers': async () => (await import('./quality/shoppers.ts')).measureShoppers,
  'student-performance': async () => (await import('./quality/student.ts')).measureStudent,
  'mine-fuel': async () => (await import('./quality/mine.ts')).measureMine,
};

async function measure(name: string, folder: string): Promise<Measured> {
  const spec = pipeline(name);
  const load = measures[name];
  if (!load) throw new Error(`there is no measure of ${name}, but of ${Object.keys(measures).join(', ')}`);
  return await (await load())(spec, folder);
}

const folder = await mkdtemp(join(tmpdir(), 'relevo-quality-'));
try {
  const { result, text } = await measure(option('pipeline') ?? 'steel-energy', folder);
  report(result, () => text);
} finally {
  await rm(folder, { recursive: true, force: true });
  await closePool();
}
