import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { DriftReport } from '../contracts/drift.ts';
import { runId } from '../contracts/ids.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import { type ArtifactRef, splitSchema } from '../contracts/refs.ts';
import { type RetrainMode, type RetrainResult, retrainOptionsSchema } from '../contracts/retrain.ts';
import { type TrainResult, trainOptionsSchema } from '../contracts/runs.ts';
import { taskQueues } from '../temporal.config.ts';
import { type InProcess, startInProcess } from '../test/in-process.ts';
import { ownTemporal } from '../test/own-temporal.ts';
import { oreOfPlant, plant, plantFile, plantRows, writePlant } from '../test/plant.ts';

/** Many retrains in one test are no reason to stop. */
const often = (spec: PipelineSpec, changes: Partial<PipelineSpec['retrain']> = {}): PipelineSpec => ({
  ...spec,
  retrain: {
    ...spec.retrain,
    budget: { retrainsPerDay: 100, computeMinutesPerDay: 600 },
    fallback: [],
    ...changes,
  },
});
/** Of trees alone: they can go on from a saved model. */
const ofTrees = (spec: PipelineSpec): PipelineSpec => ({
  ...spec,
  candidates: spec.candidates.filter(({ estimator }) => estimator === 'xgboost').slice(-1),
});
const mill = often(ofTrees(plant({ rounds: 150, trials: 0 })));
const ore = often(ofTrees(oreOfPlant()));
const [firstRows, newRows] = [600, 400];
/** kW: the tolerance of parity is a share of the values. */
const mostPower = 1_000;

/** Some tests retrain several times. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let stack: InProcess;
beforeAll(async () => {
  stack = await startInProcess({
    databaseUrl: inject('databaseUrl'),
    temporalAddress: ownTemporal(),
  });
  await writePlant(stack.dataDir, firstRows);
  for (const spec of [mill, ore]) await train(spec);
  await appendFile(join(stack.dataDir, plantFile), movedRows(newRows, 2));
  for (const spec of [mill, ore]) await run('ingestWorkflow', 'ingest', spec, { spec });
});
afterAll(() => stack.stop());

/** The same mill after a change of its liners: it takes 40 kW more. */
function movedRows(rows: number, seed: number): string {
  const [, ...lines] = plantRows(rows, seed).trimEnd().split('\n');
  const moved = lines.map((line) => {
    const cells = line.split(',');
    return [...cells.slice(0, -1), (Number(cells.at(-1)) + 40).toFixed(3)].join(',');
  });
  return `${moved.join('\n')}\n`;
}

async function run(
  workflow: string,
  kind: 'ingest' | 'train' | 'retrain',
  spec: PipelineSpec,
  input: object,
) {
  const handle = await stack.client.workflow.start(workflow, {
    workflowId: runId(kind, spec.name, randomUUID()),
    taskQueue: taskQueues.control,
    args: [input],
  });
  return { id: handle.workflowId, result: await handle.result() };
}
const train = async (spec: PipelineSpec): Promise<TrainResult> =>
  (await run('trainWorkflow', 'train', spec, { spec, options: trainOptionsSchema.parse({}) })).result;
const retrain = async (spec: PipelineSpec, options: object): Promise<{ id: string; result: RetrainResult }> =>
  await run('retrainWorkflow', 'retrain', spec, { spec, options: retrainOptionsSchema.parse(options) });

describe('each mode makes a version of one file', () => {
  const patches: RetrainMode[] = ['incremental', 'stacking', 'recalibration'];
  const anew: RetrainMode[] = ['full', 'window', 'replay'];

  it.each([...anew, ...patches])('%s of a regression', async (mode) => {
    const { id, result } = await retrain(mill, { mode, promote: false });
    expect(result.attempts).toMatchObject([{ mode, outcome: 'registered' }]);
    const version = result.attempts[0].modelVersion ?? '';
    const isPatch = patches.includes(mode);
    expect(version).toMatch(isPatch ? /^1\.0\.[1-9]$/ : /^1\.[1-9]\.0$/);
    const model = await stack.registry.models.get(mill.name, version);
    expect(model.runId).toBe(`${id}/${mode}`);
    expect(model.environment).toMatchObject({ retrain: mode, champion: '1.0.0' });
    expect(model.parityMaxAbsolute).toBeLessThan(1e-5 * mostPower);
    // The champion is off by 40 kW on the newest rows, which are the test rows now.
    expect(model.metrics.rmse?.value).toBeLessThan(mode === 'full' || mode === 'replay' ? 40 : 25);
  });

  it.each([...anew, ...patches])('%s of a classification', async (mode) => {
    const { result } = await retrain(ore, { mode, promote: false });
    expect(result.attempts[0].reason).toBe('not asked to contend');
    expect(result.attempts).toMatchObject([{ mode, outcome: 'registered' }]);
    const model = await stack.registry.models.get(ore.name, result.attempts[0].modelVersion ?? '');
    expect(model.parityMaxAbsolute).toBeLessThan(1e-5);
    expect(model.metrics.logLoss?.value).toBeLessThan(1);
  });

  it('judges on the newest rows, which neither version has learned', async () => {
    const champion = await stack.registry.models.champion(mill.name);
    const versions = await stack.registry.models.list(mill.name);
    const splitOf = async (ref: ArtifactRef) =>
      splitSchema.parse(JSON.parse(Buffer.from(await stack.artifacts.readBytes(ref)).toString()));
    if (champion === undefined) throw new Error('no champion');
    const known = await splitOf(champion.splitArtifact);
    for (const version of versions.filter(({ environment }) => environment.retrain)) {
      const { train: learned, validation, test } = await splitOf(version.splitArtifact);
      expect(Math.max(...test)).toBe(firstRows + newRows - 1);
      expect(Math.min(...test)).toBeGreaterThan(Math.max(...validation));
      const seen = new Set([...learned, ...validation, ...known.train, ...known.validation]);
      expect(test.some((id) => seen.has(id))).toBe(false);
    }
  });
});

describe('a retrain', () => {
  it('goes down the declared chain until a version wins, and says of each mode how it ended', async () => {
    // A model of other features cannot be gone on from.
    const features = { ...mill.features, again: mill.features.speed };
    const spec = often({ ...mill, features }, { fallback: ['recalibration', 'full'] });
    const changed = await retrain(spec, { mode: 'incremental', promote: false });
    expect(changed.result.attempts.map(({ mode, outcome }) => [mode, outcome])).toEqual([
      ['incremental', 'refused'],
      ['recalibration', 'refused'],
      ['full', 'registered'],
    ]);
    expect(changed.result.attempts[0].reason).toContain('has other features than 1.0.0');
  });

  it('makes the winner champion and brings it back when its day returns', async () => {
    const first = await retrain(mill, { mode: 'window', reason: 'new liners' });
    const [{ outcome, modelVersion }] = first.result.attempts;
    expect([outcome, first.result.champion]).toEqual(['promoted', modelVersion]);
    expect((await stack.registry.models.champion(mill.name))?.version).toBe(modelVersion);

    // The old liners are back: what the first champion says holds again.
    const header = plantRows(0).length;
    await appendFile(join(stack.dataDir, plantFile), plantRows(400, 3).slice(header));
    await run('ingestWorkflow', 'ingest', mill, { spec: mill });
    const check = await recurring(String(modelVersion));
    const { result } = await retrain(mill, { driftCheck: check });
    expect(result.why).toContain('come back');
    expect(result.attempts).toMatchObject([{ mode: 'archive', outcome: 'promoted' }]);
    const archived = await stack.registry.models.get(mill.name, result.champion ?? '');
    expect(Date.parse(archived.createdAt)).toBeLessThan(Date.parse((await lastRun(first.id)).startedAt));
  });

  it('is refused where too few rows are new', async () => {
    const split = { kind: 'random', test: 0.05, validation: 0.2 } as const;
    const small = often({ ...mill, name: 'small', split });
    await train(small);
    await expect(retrain(small, { mode: 'window' })).rejects.toMatchObject({
      cause: { type: 'RETRAIN_IMPOSSIBLE', message: expect.stringContaining('70 labelled rows are new') },
    });
    expect(await stack.registry.breakers.get('small')).toMatchObject({ state: 'closed', failures: 0 });
  });

  it('that a check asks for ends without an attempt where the champion has learned the rows since', async () => {
    const split = { kind: 'random', test: 0.05, validation: 0.2 } as const;
    const taught = often({ ...mill, name: 'taught', split });
    const { datasetVersion, modelVersion } = await train(taught);
    const check = await recurring(modelVersion, taught.name);
    const { id, result } = await retrain(taught, { driftCheck: check, datasetVersion });
    expect(result).toEqual({
      datasetVersion,
      why: expect.stringContaining('labelled rows are new to the champion'),
      attempts: [],
    });
    expect(await lastRun(id)).toMatchObject({ state: 'completed' });
    expect(await stack.registry.breakers.get(taught.name)).toMatchObject({ state: 'closed', failures: 0 });
  });

  it('asks the hooks of the pipeline', async () => {
    const hooks = { train: 'newest-count-more', fallback: 'cheapest-first' };
    const features = { ...mill.features, again: mill.features.speed };
    const spec = often({ ...mill, features }, { hooks });
    const { result } = await retrain(spec, { mode: 'recalibration', promote: false });
    expect(result.attempts.map(({ mode, outcome }) => [mode, outcome])).toEqual([
      ['recalibration', 'refused'],
      ['incremental', 'refused'],
      ['stacking', 'refused'],
      ['window', 'registered'],
    ]);
    const unknown = often(mill, { hooks: { train: 'nobody' } });
    const failed = await retrain(unknown, { mode: 'window', promote: false });
    expect(failed.result.attempts).toMatchObject([
      { outcome: 'failed', reason: expect.stringContaining('no train hook "nobody"') },
    ]);
  });
});

describe('the circuit breaker', () => {
  it('opens after failures in a row, raises an alert, and lets nothing through until it is closed', async () => {
    const breaker = { failures: 2, losses: 5, openHours: 24 };
    const spec = often({ ...mill, name: 'broken' }, { hooks: { train: 'nobody' }, breaker });
    await train({ ...spec, retrain: { ...spec.retrain, hooks: {} } });
    for (let time = 0; time < 2; time++) await retrain(spec, { mode: 'window' });
    expect(await stack.registry.breakers.get('broken')).toMatchObject({ state: 'open', failures: 2 });
    const open = await stack.registry.alerts.list({ pipeline: 'broken', limit: 10 });
    expect(open.map(({ dedupKey, severity, state }) => [dedupKey, severity, state])).toEqual(
      expect.arrayContaining([
        ['breaker', 'critical', 'open'],
        ['retrain', 'warning', 'open'],
      ]),
    );
    await expect(retrain(spec, { mode: 'window' })).rejects.toMatchObject({
      cause: { type: 'BREAKER_OPEN' },
    });
    await stack.registry.breakers.force('broken', { state: 'closed', actor: 'test', reason: 'mended' });
    const mended = { ...spec, retrain: { ...spec.retrain, hooks: {} } };
    const { result } = await retrain(mended, { mode: 'window', promote: false });
    expect(result.attempts).toMatchObject([{ outcome: 'registered' }]);
  });

  it('counts a day’s budget by what it let through', async () => {
    const budget = { retrainsPerDay: 1, computeMinutesPerDay: 600 };
    const spec = often({ ...mill, name: 'thrifty' }, { budget });
    await train(spec);
    await retrain(spec, { mode: 'recalibration', promote: false });
    await expect(retrain(spec, { mode: 'recalibration' })).rejects.toMatchObject({
      cause: { type: 'BREAKER_OPEN', message: expect.stringContaining('the budget is 1') },
    });
  });
});

const lastRun = (id: string) => stack.registry.runs.get(id);

/** A check that found a concept that has come back. */
async function recurring(modelVersion: string, pipeline = mill.name): Promise<string> {
  const id = `monitor-${randomUUID()}`;
  const { datasetVersion } = await stack.registry.models.get(pipeline, modelVersion);
  const report: DriftReport = {
    pipeline,
    ...{ modelVersion, datasetVersion, currentRows: { from: firstRows, to: 1_399 } },
    rows: { reference: 200, current: 400, sampled: false },
    ...{ verdict: 'drift', kind: 'concept', shape: 'recurring' },
    ...{ columns: [], streams: [], quality: [], attribution: [] },
    advice: { mode: 'replay', why: { en: 'come back', es: 'ha vuelto' } },
  };
  const found = {
    id,
    pipeline,
    runId: id,
    modelVersion,
    datasetVersion,
    verdict: report.verdict,
    report,
  };
  await stack.registry.drift.save(found);
  return id;
}
