import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../contracts/artifacts.ts';
import type { Hooks } from '../contracts/hooks.ts';
import { definePipeline, type PipelineSpec } from '../contracts/pipeline.ts';
import type { CalibrationReport } from '../models/calibration/index.ts';
import { metricsOf } from '../models/evaluation/judge.ts';
import { makeSplit } from '../models/evaluation/split.ts';
import { closePool } from '../models/pool.ts';
import { withHeads } from '../models/training/fit.ts';
import { prepareTrainingSet } from '../models/training/prepare.ts';
import type { TrainingSet } from '../models/training/rows.ts';
import { taskOf } from '../models/training/task.ts';
import { furnaceDefinition, ordersDefinition, ordersFrame, plantFrame } from '../models/training/testing.ts';
import { createFolderArtifacts } from '../registry/artifacts/folder.ts';
import { withCandidate } from './bundles.ts';
import { createTrainingActivities, type FinalFit, type FitScore } from './training.ts';

// Far more rounds than these rows bear: without early stopping the boosting learns them by heart.
const boosting = { rounds: 300, earlyStoppingRounds: 5, learningRate: 0.3 };
const spec = definePipeline({
  ...ordersDefinition,
  weights: 'balanced',
  metric: 'logLoss',
  calibration: 'platt',
  candidates: [
    { estimator: 'xgboost', params: boosting },
    { estimator: 'logistic' },
    { name: 'vote', estimator: 'voting', members: ['xgboost', 'logistic'] },
    { name: 'stack', estimator: 'stacking', members: ['xgboost', 'logistic'] },
  ],
});

let folder: string;
let set: TrainingSet;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relevo-training-'));
  const frame = ordersFrame(1200);
  set = await prepareTrainingSet(spec, frame, await makeSplit(spec.split, spec.seed, frame));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await closePool();
});

const spot = { sha256: '0'.repeat(64), bytes: 0, mediaType: 'application/json', name: 'none' };
const setRef = { spec: spot, datasetVersion: 'orders/plant@000000000000', split: spot };

function fitsOf(artifacts: ArtifactStore, spec: PipelineSpec, set: TrainingSet, train: Hooks['train'] = {}) {
  return createTrainingActivities({
    artifacts,
    trainingSets: {
      prepared: async () => ({ spec, key: spec.name, set }),
      testFrame: () => Promise.reject(new Error('no test rows while training')),
    },
    workbench: {
      threads: 2,
      checkpoints: () => ({ load: async () => undefined, save: async () => {}, clear: async () => {} }),
    },
    provenance: async () => ({ environment: {}, codeRevision: 'test' }),
    hooks: { train },
  });
}

describe('a calibrated candidate', () => {
  it.each(['xgboost', 'vote', 'stack'])('%s is kept as it was scored', async (name) => {
    const artifacts = createFolderArtifacts(join(folder, 'artifacts'));
    const fits = fitsOf(artifacts, spec, set);
    const [candidate] = spec.candidates.filter((one) => (one.name ?? one.estimator) === name);
    const { estimator, params } = candidate;
    const input = { set: setRef, candidate: name, estimator, params };
    const environment = new MockActivityEnvironment();
    const scored = (await environment.run(fits.scoreCandidate, input)) as FitScore;
    const kept = (await environment.run(fits.refitCandidate, { ...input, ...scored })) as FinalFit;
    const raw = await withCandidate(artifacts, kept.native, (fitted) =>
      withHeads(fitted, {}).predict(set.validation),
    );
    const { logLoss } = metricsOf(taskOf(spec), set.validation.target, raw);
    const { method, tried } = JSON.parse(Buffer.from(await artifacts.readBytes(scored.heads)).toString())
      .report.calibration as CalibrationReport;
    const lossOf = (wanted: string) => tried.find((one) => one.method === wanted)?.logLoss ?? Number.NaN;
    expect(logLoss).toBeCloseTo(lossOf('none'), 12);
    expect(scored.validationScore).toBeCloseTo(lossOf(method), 12);
  });
});

describe("a pipeline's train hook", () => {
  it.each([
    { method: 'split', calls: 1, why: 'once where all rows are fitted' },
    { method: 'quantile', calls: 2, why: 'again for the quantiles, which keep the training rows' },
  ] as const)('shapes the last fit of an interval by $method $why', async ({ method, calls }) => {
    const xgboost = { estimator: 'xgboost', params: { rounds: 3 } };
    const shaped = definePipeline({
      ...furnaceDefinition,
      interval: { level: 0.8, method },
      retrain: { hooks: { train: 'counted' } },
      candidates: [xgboost],
    });
    const frame = plantFrame(400);
    const rows = await prepareTrainingSet(shaped, frame, await makeSplit(shaped.split, shaped.seed, frame));
    const asked: number[] = [];
    const fits = fitsOf(createFolderArtifacts(join(folder, method)), shaped, rows, {
      counted: ({ rowIds }) => {
        asked.push(rowIds.length);
        return {};
      },
    });
    const input = { set: setRef, candidate: 'xgboost', ...xgboost };
    const environment = new MockActivityEnvironment();
    const scored = (await environment.run(fits.scoreCandidate, input)) as FitScore;
    expect(asked.splice(0)).toEqual([rows.train.target.length]);
    await environment.run(fits.refitCandidate, { ...input, ...scored });
    const all = rows.train.target.length + rows.validation.target.length;
    expect(asked).toEqual([all, rows.train.target.length].slice(0, calls));
  });
});
