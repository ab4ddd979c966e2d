import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { childNode } from '../../cli/up/child.ts';
import { processArgs } from '../../compiled/process.ts';
import { driftPolicySchema } from '../../contracts/drift.ts';
import type { ColumnPair } from '../../data/drift/check/index.ts';
import { writeNumbers } from '../lib/numbers.ts';
import { pythonWith } from '../lib/python.ts';
import { asNumbers, makeColumns, type Shape } from './columns.ts';

const run = promisify(execFile);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

interface Figures {
  /** From columns to verdicts; the code is loaded before. Evidently's rows are in memory, Relevo reads its own. */
  seconds: number;
  cpuSeconds: number;
  peakRssMiB: number;
}
export interface CostResult {
  shape: Shape;
  relevo: Figures & { drifted: number };
  evidently: Figures & { drifted: number[]; library: string };
  timesAsFast: number;
  timesLessCpu: number;
  shareOfMemory: number;
}

/** How many columns Evidently's preset calls drifted in each comparison, and what that cost. */
export async function askEvidently(
  shape: Shape,
  comparisons: ColumnPair[][],
): Promise<CostResult['evidently']> {
  return await inFile(comparisons, (path) => evidently(path, shape, comparisons.length));
}

/** One check of the same columns by both, each in a process of its own; Relevo's is started as its workers are. */
export async function measureCost(shape: Shape): Promise<CostResult> {
  return await inFile([makeColumns(shape, 1)], async (path) => {
    const task = JSON.stringify({ shape, policy: driftPolicySchema.parse({}) });
    const entry = new URL('relevo.ts', import.meta.url);
    const args = [...childNode.modestFlags, ...(await processArgs(entry, dirname(path))), path, task];
    const relevo = await figures<CostResult['relevo']>(process.execPath, args, childNode.env);
    const peer = await evidently(path, shape, 1);
    return {
      shape,
      relevo,
      evidently: peer,
      timesAsFast: peer.seconds / relevo.seconds,
      timesLessCpu: peer.cpuSeconds / relevo.cpuSeconds,
      shareOfMemory: relevo.peakRssMiB / peer.peakRssMiB,
    };
  });
}

async function evidently(path: string, shape: Shape, comparisons: number): Promise<CostResult['evidently']> {
  const python = await pythonWith(['evidently==0.7.23', 'numpy==2.1.3', 'pandas==2.3.3', 'scipy==1.14.1']);
  return await figures(python, [
    here('../peers/drift_evidently.py'),
    path,
    JSON.stringify({ ...shape, comparisons }),
  ]);
}

async function figures<Result>(program: string, args: string[], env = {}): Promise<Result> {
  const { stdout } = await run(program, args, { maxBuffer: 1024 * 1024, env: { ...process.env, ...env } });
  return JSON.parse(stdout) as Result;
}

async function inFile<Result>(
  comparisons: ColumnPair[][],
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'relevo-drift-'));
  const path = join(folder, 'columns');
  try {
    await writeNumbers(path, comparisons.flatMap(asNumbers));
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
