import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Frame } from '../../contracts/frame.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { Split } from '../../contracts/refs.ts';
import { rawColumns } from '../../models/training/columns.ts';
import { positionsOf } from '../../models/training/prepare.ts';
import { pythonWith } from '../lib/python.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../peers/quality.py', import.meta.url));
const requirements = ['numpy==2.4.6', 'pandas==3.1.1', 'scikit-learn==1.9.1', 'xgboost==3.2.0'];

interface Scores {
  rmse: number;
  mae: number;
  cv: number;
}
export interface PeerResult {
  xgboost: Scores & { perSeed: Scores[] };
  linear: Scores & { perSeed: Scores[] };
}

/** Python on the same rows and splits: the raw columns as they are, no knowledge of the plant. */
export async function runPeer(
  spec: PipelineSpec,
  frame: Frame,
  splits: Split[],
  folder: string,
): Promise<PeerResult> {
  const csv = join(folder, 'peer.csv');
  await writeFile(csv, peerTable(spec, frame, splits));
  const python = await pythonWith(requirements);
  const { stdout } = await run(python, [script, csv, spec.target, String(splits.length)]);
  return JSON.parse(stdout) as PeerResult;
}

/** Inputs, target, and per split whether the row is a test row. */
function peerTable(spec: PipelineSpec, frame: Frame, splits: Split[]): string {
  const names = [...spec.inputs, spec.target];
  const columns = rawColumns(frame, names);
  const tests = splits.map(({ test }) => new Set(positionsOf(frame, test)));
  const usable = splits.map(
    ({ train, validation, test }) => new Set(positionsOf(frame, [...train, ...validation, ...test])),
  );
  const cell = (name: string, row: number): string => {
    const value = columns[name][row];
    return typeof value === 'number' && Number.isNaN(value) ? '' : String(value);
  };
  const lines = [
    [...names.map((name) => JSON.stringify(name)), ...splits.map((_, i) => `split_${i}`)].join(','),
  ];
  for (let row = 0; row < frame.rows; row++) {
    const sides = splits.map((_, i) => (tests[i].has(row) ? 'test' : usable[i].has(row) ? 'train' : 'none'));
    lines.push([...names.map((name) => cell(name, row)), ...sides].join(','));
  }
  return `${lines.join('\n')}\n`;
}
