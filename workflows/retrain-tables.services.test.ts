import { randomUUID } from 'node:crypto';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { timestamp } from '../contracts/columns.ts';
import { runId } from '../contracts/ids.ts';
import { monitorOptionsSchema } from '../contracts/monitor.ts';
import { type PipelineSpec, parsePipelineSpec } from '../contracts/pipeline.ts';
import { splitSchema } from '../contracts/refs.ts';
import { type RetrainResult, retrainOptionsSchema } from '../contracts/retrain.ts';
import { trainOptionsSchema } from '../contracts/runs.ts';
import { taskQueues } from '../temporal.config.ts';
import { type InProcess, startInProcess } from '../test/in-process.ts';
import { ownTemporal } from '../test/own-temporal.ts';
import { plant, plantRows } from '../test/plant.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const base = plant({ rounds: 40, trials: 0 });
const [firstRows, newRows] = [600, 400];

/** A mill whose readings are a table beside another: each ingest of a changed table reads it from its start. */
const millOf = (name: string, { timed, order }: { timed: boolean; order: string }): PipelineSpec => {
  const table = (path: string) => ({ format: 'csv', locations: [{ kind: 'file', path }] });
  return parsePipelineSpec({
    ...base,
    name,
    sources: {
      tables: {
        kind: 'tables',
        tables: { readings: table(`${name}.csv`) },
        sql: `SELECT ${timed ? 'moment, ' : ''}feed, speed, hardness, ore, power FROM readings ORDER BY ${order}`,
      },
    },
    columns: { ...(timed && { moment: timestamp('%Y-%m-%d %H:%M:%S') }), ...base.columns },
    candidates: base.candidates.filter(({ estimator }) => estimator === 'linear'),
    retrain: { budget: { retrainsPerDay: 100, computeMinutesPerDay: 600 }, fallback: [] },
    drift: { ingest: false },
  });
};
const timed = millOf('timed-mill', { timed: true, order: 'moment' });
const untimed = millOf('untimed-mill', { timed: false, order: '_line' });
const disordered = millOf('disordered-mill', { timed: true, order: 'feed' });

const minuteMs = 60_000;
function readings(rows: number, from: number, seed: number): string {
  const [header, ...lines] = plantRows(rows, seed).trimEnd().split('\n');
  const momentOf = (row: number) =>
    new Date(Date.UTC(2026, 0, 1) + row * minuteMs).toISOString().slice(0, 16).replace('T', ' ');
  const table = lines.map((line, row) => `${momentOf(from + row)},${line}\n`).join('');
  return from === 0 ? `moment,${header}\n${table}` : table;
}

let stack: InProcess;
async function run<T>(
  workflow: string,
  kind: 'ingest' | 'train' | 'retrain' | 'monitor',
  spec: PipelineSpec,
  input: object,
) {
  const workflowId = runId(kind, spec.name, randomUUID());
  const options = { workflowId, taskQueue: taskQueues.control, args: [{ spec, ...input }] };
  return (await stack.client.workflow.execute(workflow, options)) as T;
}
beforeAll(async () => {
  stack = await startInProcess({ databaseUrl: inject('databaseUrl'), temporalAddress: ownTemporal() });
  for (const spec of [timed, untimed, disordered]) {
    const file = join(stack.dataDir, `${spec.name}.csv`);
    await writeFile(file, readings(firstRows, 0, 1));
    await run('trainWorkflow', 'train', spec, { options: trainOptionsSchema.parse({}) });
    await appendFile(file, readings(newRows, firstRows, 2));
    await run('ingestWorkflow', 'ingest', spec, {});
  }
});
afterAll(() => stack.stop());

const retrain = (spec: PipelineSpec) =>
  run<RetrainResult>('retrainWorkflow', 'retrain', spec, {
    options: retrainOptionsSchema.parse({ mode: 'full', promote: false }),
  });

it('judges on rows that are later than all that the champion learned, though they have other ids', async () => {
  const { attempts } = await retrain(timed);
  expect(attempts).toMatchObject([{ outcome: 'registered' }]);
  const { splitArtifact } = await stack.registry.models.get(timed.name, attempts[0].modelVersion ?? '');
  const bytes = await stack.artifacts.readBytes(splitArtifact);
  const { train, validation, test } = splitSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
  expect(Math.min(...validation)).toBeGreaterThanOrEqual(firstRows);
  expect([Math.max(...test), test.length]).toEqual([firstRows + newRows - 1, newRows / 4]);
  expect(train.length + validation.length + test.length).toBe(firstRows + newRows);
});

it('says that nothing tells which rows are new, where no column does', async () => {
  await expect(retrain(untimed)).rejects.toMatchObject({
    cause: {
      type: 'RETRAIN_IMPOSSIBLE',
      message: expect.stringContaining(
        'read anew since 1.0.0 was made, and no column tells which rows are later',
      ),
    },
  });
});

it('says that the query gives its rows in another order', async () => {
  await expect(retrain(disordered)).rejects.toMatchObject({
    cause: {
      type: 'RETRAIN_IMPOSSIBLE',
      message: expect.stringContaining('do not come in the order of "moment"'),
    },
  });
});

it('checks the later rows for drift, and counts them as new', async () => {
  const check = async (spec: PipelineSpec) => {
    await run('monitorWorkflow', 'monitor', spec, { options: monitorOptionsSchema.parse({}) });
    return (await stack.registry.drift.latest(spec.name))?.report;
  };
  const report = await check(timed);
  expect(report?.rows.current).toBe(newRows);
  expect(report?.performance?.labelled).toBe(1);
  expect(report?.growth).toMatchObject({ newRows });
  const blind = await check(untimed);
  expect(blind?.rows.current).toBe(firstRows + newRows);
  expect(blind?.quality).toMatchObject([{ check: 'recency' }]);
  expect([blind?.performance?.current, blind?.growth]).toEqual([null, undefined]);
});
