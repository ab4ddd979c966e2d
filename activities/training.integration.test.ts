import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { definePipeline } from '../contracts/pipeline.ts';
import { metricsOf } from '../models/evaluation/judge.ts';
import { makeSplit } from '../models/evaluation/split.ts';
import { closePool } from '../models/pool.ts';
import { withHeads } from '../models/training/fit.ts';
import { prepareTrainingSet } from '../models/training/prepare.ts';
import type { TrainingSet } from '../models/training/rows.ts';
import { taskOf } from '../models/training/task.ts';
import { ordersDefinition, ordersFrame } from '../models/training/testing.ts';
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

describe('a calibrated candidate', () => {
  it.each(['xgboost', 'vote', 'stack'])('%s is kept as it was scored', async (name) => {
    const artifacts = createFolderArtifacts(join(folder, 'artifacts'));
    const fits = createTrainingActivities({
      artifacts,
      trainingSets: {
        prepared: async () => ({ spec, key: 'orders', set }),
        testFrame: () => Promise.reject(new Error('no test rows while training')),
      },
      workbench: {
        threads: 2,
        checkpoints: () => ({ load: async () => undefined, save: async () => {}, clear: async () => {} }),
      },
      provenance: async () => ({ environment: {}, codeRevision: 'test' }),
      hooks: { train: {} },
    });
    const spot = { sha256: '0'.repeat(64), bytes: 0, mediaType: 'application/json', name: 'none' };
    const [candidate] = spec.candidates.filter((one) => (one.name ?? one.estimator) === name);
    const input = {
      set: { spec: spot, datasetVersion: 'orders/plant@000000000000', split: spot },
      candidate: name,
      estimator: candidate.estimator,
      params: candidate.params,
    };
    const environment = new MockActivityEnvironment();
    const scored = (await environment.run(fits.scoreCandidate, input)) as FitScore;
    const kept = (await environment.run(fits.refitCandidate, { ...input, ...scored })) as FinalFit;
    const raw = await withCandidate(artifacts, kept.native, (fitted) =>
      withHeads(fitted, {}).predict(set.validation),
    );
    const { logLoss } = metricsOf(taskOf(spec), set.validation.target, raw);
    expect(logLoss).toBeCloseTo(scored.validationScore, 12);
  });
});
