import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { environment } from '../../../contracts/env.ts';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import { joinRows, type TrainingSet } from '../../../models/training/rows.ts';
import { writeNumbers } from '../../lib/numbers.ts';
import { pythonWith } from '../../lib/python.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../../peers/mine.py', import.meta.url));
const requirements = ['numpy==2.4.6', 'pandas==3.1.1', 'scikit-learn==1.9.1', 'xgboost==3.2.0'];

interface PeerResult {
  /** Of the test rows, by model. */
  predicted: Record<string, number[]>;
  versions: Record<string, string>;
}

/** Python's models, fitted on training and validation rows, on the test rows. */
export async function runPeer(spec: PipelineSpec, set: TrainingSet, folder: string): Promise<PeerResult> {
  const train = joinRows(set.train, set.validation);
  const sides = [train, set.test];
  const [featuresPath, targetPath] = ['features.f64', 'target.f64'].map((name) => join(folder, name));
  await writeNumbers(
    featuresPath,
    sides.map(({ features }) => features.data),
  );
  await writeNumbers(
    targetPath,
    sides.map(({ target }) => target),
  );
  const job = {
    names: set.train.features.names,
    coded: spec.steps.flatMap((step) => (step.step === 'one-hot' ? (step.columns ?? []) : [])),
    rows: { train: train.target.length },
    threads: environment().RELEVO_THREADS,
    featuresPath,
    targetPath,
  };
  const python = await pythonWith(requirements);
  const { stdout } = await run(python, [script, JSON.stringify(job)], { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as PeerResult;
}
