import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { environment } from '../../../contracts/env.ts';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import type { TrainingSet } from '../../../models/training/rows.ts';
import { writeNumbers } from '../../lib/numbers.ts';
import { pythonWith } from '../../lib/python.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../../peers/shoppers.py', import.meta.url));
const requirements = ['numpy==2.4.6', 'pandas==3.1.1', 'scikit-learn==1.9.1', 'xgboost==3.2.0'];

export interface PeerScores {
  accuracy: number;
  macroF1: number;
  logLoss: number;
}
export interface PeerResult {
  candidates: { name: string; validation: PeerScores; test: PeerScores; testCalibrated: PeerScores }[];
  versions: Record<string, string>;
}

/** Python on the same features and split, with as many boosting trials as the pipeline's own search. */
export async function runPeer(spec: PipelineSpec, set: TrainingSet, folder: string): Promise<PeerResult> {
  const sides = [set.train, set.validation, set.test];
  const [featuresPath, targetPath] = ['features.f64', 'target.f64'].map((name) => join(folder, name));
  await writeNumbers(
    featuresPath,
    sides.map(({ features }) => features.data),
  );
  await writeNumbers(
    targetPath,
    sides.map(({ target }) => target),
  );
  const [train, validation] = sides.map(({ target }) => target.length);
  const job = {
    names: set.train.features.names,
    coded: spec.steps.flatMap((step) => (step.step === 'one-hot' ? (step.columns ?? []) : [])),
    rows: { train, validation },
    trials: Math.max(...spec.candidates.map(({ trials }) => trials)),
    threads: environment().RELEVO_THREADS,
    featuresPath,
    targetPath,
  };
  const python = await pythonWith(requirements);
  const { stdout } = await run(python, [script, JSON.stringify(job)]);
  return JSON.parse(stdout) as PeerResult;
}
