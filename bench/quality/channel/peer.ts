import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Params } from '../../../contracts/estimator.ts';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import { estimator, parseParams } from '../../../models/estimators/index.ts';
import type { TrainingSet } from '../../../models/training/rows.ts';
import { pythonWith } from '../../lib/python.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../../peers/channel.py', import.meta.url));
const requirements = ['numpy==2.4.6', 'pandas==3.1.1', 'scikit-learn==1.9.1', 'xgboost==3.2.0'];

interface Judged {
  logLoss: number;
  macroF1: number;
}
export interface PeerCandidate {
  name: string;
  /** Class weights that it was fitted with; its trials are chosen by macro F1 with them and by log-loss without. */
  weights: 'balanced' | 'none';
  params: Params;
  calibration: 'none' | 'sigmoid' | 'isotonic';
  validation: Judged & { logLossCalibrated: number };
  test: Judged;
  testCalibrated: Judged;
  brierCalibrated: number;
}
export interface PeerResult {
  candidates: PeerCandidate[];
  versions: Record<string, string>;
}

/** Python on the same features and split, with the budget and the space of the pipeline's own search. */
export async function runPeer(spec: PipelineSpec, set: TrainingSet, folder: string): Promise<PeerResult> {
  const [featuresPath, targetPath] = ['features.f64', 'target.f64'].map((name) => join(folder, name));
  const sides = [set.train, set.validation, set.test];
  await writeNumbers(
    featuresPath,
    sides.map(({ features }) => features.data),
  );
  await writeNumbers(
    targetPath,
    sides.map(({ target }) => target),
  );
  const [train, validation, test] = sides.map(({ target }) => target.length);
  const job = {
    features: set.train.features.names.length,
    rows: { train, validation, test },
    featuresPath,
    targetPath,
    ...budgetOf(spec),
  };
  const python = await pythonWith(requirements);
  // Threads of OpenMP that spin while they wait take each other's time on a busy machine.
  const env = { ...process.env, OMP_WAIT_POLICY: 'PASSIVE' };
  const { stdout, stderr } = await run(python, [script, JSON.stringify(job)], { env });
  process.stderr.write(stderr);
  return JSON.parse(stdout) as PeerResult;
}

/** What the pipeline gives its own boosting: trials, rounds, the space, and where its search starts. */
function budgetOf({ candidates }: PipelineSpec) {
  const boosting = candidates.find(({ estimator }) => estimator === 'xgboost');
  const { learningRate, maxDepth } = boosting?.search ?? {};
  if (!boosting || learningRate?.kind !== 'float' || maxDepth?.kind !== 'integer')
    throw new Error('the peer needs a boosting whose learning rate and depth are searched');
  const params = parseParams(estimator('xgboost'), boosting.params) as Record<string, number>;
  return {
    trials: boosting.trials,
    start: { learning_rate: params.learningRate, max_depth: params.maxDepth },
    learningRate: [learningRate.low, learningRate.high],
    maxDepth: [maxDepth.low, maxDepth.high],
    rounds: params.rounds,
    patience: params.earlyStoppingRounds,
    subsample: params.subsample,
    colsample: params.colsampleByTree,
    maxBins: params.maxBins,
  };
}

/** Doubles one after another, as numpy reads them. */
async function writeNumbers(path: string, parts: Float64Array[]): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const part of parts)
      await file.writeFile(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  } finally {
    await file.close();
  }
}
