import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Params } from '../../../contracts/estimator.ts';
import { candidateName, type PipelineSpec } from '../../../contracts/pipeline.ts';
import type { Fold } from '../../../models/evaluation/folds.ts';
import { pythonWith } from '../../lib/python.ts';
import type { Cells } from './rows.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../../peers/student.py', import.meta.url));
const requirements = ['numpy==2.4.6', 'pandas==3.1.1', 'scikit-learn==1.9.1'];

export interface PeerCandidate {
  folds: number[];
  params: Params;
  points: number;
}
/** By candidate; absent where scikit-learn has no such estimator. */
export type PeerResult = Record<string, PeerCandidate>;

export interface PeerTask {
  /** Cells of the inputs, row by row, in the pipeline's order. */
  inputs: Cells[];
  targets: ArrayLike<number>;
  folds: Fold[];
}

/** scikit-learn's grid search over the same candidates and points, on the very same folds. */
export async function runPeer(
  spec: PipelineSpec,
  { inputs, targets, folds }: PeerTask,
  folder: string,
): Promise<PeerResult> {
  const path = join(folder, 'student-peer.json');
  const task = {
    columns: spec.inputs.map((name) => ({ name, ...codesOf(spec, name) })),
    rows: inputs,
    targets: Array.from(targets),
    folds: folds.map(({ train, test }) => ({ train: [...train], test: [...test] })),
    seed: spec.seed,
    candidates: spec.candidates.map((candidate) => ({ ...candidate, name: candidateName(candidate) })),
  };
  await writeFile(path, JSON.stringify(task));
  const python = await pythonWith(requirements);
  const { stdout } = await run(python, [script, path]);
  return JSON.parse(stdout) as PeerResult;
}

/** The values of a column, and whether the pipeline takes them for ranks: what it does not turn into flags. */
function codesOf({ columns, steps }: PipelineSpec, name: string): { values: string[]; ranked: boolean } {
  const column = columns[name];
  const flagged = steps.some(
    (step) => step.step === 'one-hot' && (step.columns === undefined || step.columns.includes(name)),
  );
  return { values: column.kind === 'category' ? column.values : [], ranked: !flagged };
}
