import { randomUUID } from 'node:crypto';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { number } from '../contracts/columns.ts';
import { runId } from '../contracts/ids.ts';
import { type PipelineSpec, parsePipelineSpec } from '../contracts/pipeline.ts';
import { splitSchema } from '../contracts/refs.ts';
import { type RetrainResult, retrainModes, retrainOptionsSchema } from '../contracts/retrain.ts';
import { trainOptionsSchema } from '../contracts/runs.ts';
import { taskQueues } from '../temporal.config.ts';
import { type InProcess, startInProcess } from '../test/in-process.ts';
import { ownTemporal } from '../test/own-temporal.ts';
import { plant, plantFile, plantRows } from '../test/plant.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const base = plant({ rounds: 60, trials: 0 });
/** Mills of a plant, each with rows of its own; a model is to serve mills that it has never seen. */
const spec: PipelineSpec = parsePipelineSpec({
  ...base,
  name: 'mills',
  columns: { ...base.columns, mill: number({ min: 1, decimals: 0 }) },
  split: { kind: 'group', by: 'mill', test: 0.2, validation: 0.2 },
  candidates: base.candidates.filter(({ estimator }) => estimator === 'xgboost').slice(-1),
  retrain: { budget: { retrainsPerDay: 100, computeMinutesPerDay: 600 }, fallback: [] },
});
const [firstRows, newRows] = [900, 600];
/** Ten mills at first, twelve later, in turn. */
const millOf = (row: number): number => 1 + (row % (row < firstRows ? 10 : 12));

function rowsOfMills(rows: number, from: number, seed: number): string {
  const [header, ...lines] = plantRows(rows, seed).trimEnd().split('\n');
  const table = lines.map((line, row) => `${line},${millOf(from + row)}\n`).join('');
  return from === 0 ? `${header},mill\n${table}` : table;
}

let stack: InProcess;
async function run<T>(workflow: string, kind: 'ingest' | 'train' | 'retrain', input: object): Promise<T> {
  const workflowId = runId(kind, spec.name, randomUUID());
  const options = { workflowId, taskQueue: taskQueues.control, args: [input] };
  return await stack.client.workflow.execute(workflow, options);
}
beforeAll(async () => {
  stack = await startInProcess({ databaseUrl: inject('databaseUrl'), temporalAddress: ownTemporal() });
  const file = join(stack.dataDir, plantFile);
  await writeFile(file, rowsOfMills(firstRows, 0, 1));
  await run('trainWorkflow', 'train', { spec, options: trainOptionsSchema.parse({}) });
  await appendFile(file, rowsOfMills(newRows, firstRows, 2));
  await run('ingestWorkflow', 'ingest', { spec });
});
afterAll(() => stack.stop());

const millsOf = async (version: string) => {
  const { splitArtifact } = await stack.registry.models.get(spec.name, version);
  const split = splitSchema.parse(
    JSON.parse(Buffer.from(await stack.artifacts.readBytes(splitArtifact)).toString()),
  );
  const of = (ids: number[]) => new Set(ids.map(millOf));
  return { train: of(split.train), validation: of(split.validation), test: of(split.test) };
};

it.each(retrainModes)('%s judges on mills that neither version has learned', async (mode) => {
  const options = retrainOptionsSchema.parse({ mode, promote: false });
  const { attempts } = await run<RetrainResult>('retrainWorkflow', 'retrain', { spec, options });
  expect(attempts).toMatchObject([{ mode, outcome: 'registered' }]);
  const champion = await millsOf('1.0.0');
  const challenger = await millsOf(attempts[0].modelVersion ?? '');
  for (const mill of challenger.test) {
    expect(champion.test.has(mill) || mill > 10).toBe(true);
    expect(challenger.train.has(mill) || challenger.validation.has(mill)).toBe(false);
  }
  for (const mill of challenger.validation)
    expect(challenger.train.has(mill) || champion.train.has(mill)).toBe(false);
});
