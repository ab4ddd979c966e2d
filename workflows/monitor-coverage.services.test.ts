import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { runId } from '../contracts/ids.ts';
import { monitorOptionsSchema } from '../contracts/monitor.ts';
import { type PipelineSpec, parsePipelineSpec } from '../contracts/pipeline.ts';
import { trainOptionsSchema } from '../contracts/runs.ts';
import { taskQueues } from '../temporal.config.ts';
import { type InProcess, startInProcess } from '../test/in-process.ts';
import { ownTemporal } from '../test/own-temporal.ts';
import { plant, plantFile, plantRows, writePlant } from '../test/plant.ts';

const base = plant({ rounds: 60, trials: 0 });
const spec: PipelineSpec = parsePipelineSpec({
  ...base,
  name: 'covered-plant',
  interval: { level: 0.9 },
  candidates: base.candidates.filter(({ estimator }) => estimator === 'linear'),
});

let stack: InProcess;
const run = async (
  workflow: string,
  kind: 'train' | 'monitor',
  key: string,
  input: object,
): Promise<void> => {
  const workflowId = runId(kind, spec.name, key);
  const options = { workflowId, taskQueue: taskQueues.control, args: [{ spec, ...input }] };
  await stack.client.workflow.execute(workflow, options);
};
beforeAll(async () => {
  stack = await startInProcess({ databaseUrl: inject('databaseUrl'), temporalAddress: ownTemporal() });
  await writePlant(stack.dataDir, 1_500);
  await run('trainWorkflow', 'train', 'first', { options: trainOptionsSchema.parse({}) });
});
afterAll(() => stack.stop());

/** Rows of the plant, whose power is off by so many kW, now up and now down. */
async function arrive(rows: number, seed: number, kilowatts: number): Promise<void> {
  const [, ...lines] = plantRows(rows, seed).trimEnd().split('\n');
  const moved = lines.map((line, row) => {
    const cells = line.split(',');
    const power = Number(cells.at(-1)) + (row % 2 === 0 ? kilowatts : -kilowatts);
    return [...cells.slice(0, -1), power.toFixed(3)].join(',');
  });
  await appendFile(join(stack.dataDir, plantFile), `${moved.join('\n')}\n`);
}
async function check(key: string) {
  await run('monitorWorkflow', 'monitor', key, { options: monitorOptionsSchema.parse({ retrain: false }) });
  const { report } = await stack.registry.drift.get(spec.name, key);
  const open = await stack.registry.alerts.list({ pipeline: spec.name, state: 'open', limit: 20 });
  return { coverage: report.performance?.coverage, open: open.map(({ dedupKey }) => dedupKey) };
}

it('says how much the champion’s intervals cover, and raises no alarm where that is what they promise', async () => {
  await arrive(400, 2, 0);
  const { coverage, open } = await check('calm');
  expect(coverage).toMatchObject({ promised: 0.9, rows: 400, verdict: 'no_drift' });
  expect(coverage?.current).toBeGreaterThan(0.85);
  expect(open).not.toContain('coverage');
});

it('raises one where they cover less, and ends it once they cover as much again', async () => {
  await arrive(400, 3, 40);
  const worse = await check('worn');
  expect(worse.coverage).toMatchObject({ verdict: 'drift', gates: { persistence: true } });
  expect(worse.coverage?.current).toBeLessThan(0.7);
  expect(worse.open).toContain('coverage');
  const memory = await stack.registry.drift.state(spec.name);
  expect(memory?.state.coverage?.history).toEqual({ share: [false, true] });
  await arrive(400, 4, 0);
  const mended = await check('mended');
  expect(mended.coverage?.verdict).toBe('no_drift');
  expect(mended.open).not.toContain('coverage');
});
