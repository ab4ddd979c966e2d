import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pythonWith } from '../bench/lib/python.ts';
import { fileChampions, startApi, type TestApi } from './support/api.ts';
import { type SteelModel, trainSteelModel } from './support/steel-model.ts';

const run = promisify(execFile);
const hasPython = spawnSync('python3', ['-m', 'venv', '--help']).status === 0;
const packages = ['onnxruntime==1.31.1', 'numpy==2.4.6'];

/** Reads raw rows and the model's file, nothing of Relevo's. */
const reader = `
import json, sys
import numpy as np, onnxruntime
model, rows = sys.argv[1:]
rows = json.load(open(rows))
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
def column(tensor):
    cells = [row[tensor.name] for row in rows]
    return np.array(cells, dtype=object if "string" in tensor.type else np.float64).reshape(-1, 1)
answer, = session.run(["prediction"], {tensor.name: column(tensor) for tensor in session.get_inputs()})
print(json.dumps(answer.ravel().tolist()))
`;

let folder: string;
let model: SteelModel;
let api: TestApi;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relevo-python-'));
  model = await trainSteelModel({ rows: 4_000, trees: 200, depth: 6 });
  api = await startApi({ source: fileChampions(model) });
});
afterAll(async () => {
  await api.close();
  await rm(folder, { recursive: true, force: true });
});

async function fromApi(rows: SteelModel['rows']): Promise<number[]> {
  const response = await fetch(`${api.url}/v1/pipelines/steel-energy/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(rows),
  });
  expect(response.status).toBe(200);
  const { predictions } = (await response.json()) as { predictions: { value: number }[] };
  return predictions.map(({ value }) => value);
}

async function fromPython(rows: SteelModel['rows']): Promise<number[]> {
  const python = await pythonWith(packages);
  const file = join(folder, 'model.onnx');
  const table = join(folder, 'rows.json');
  await writeFile(file, model.onnx);
  await writeFile(table, JSON.stringify(rows));
  const { stdout } = await run(python, ['-c', reader, file, table]);
  return JSON.parse(stdout);
}

it.skipIf(!hasPython)('Python reads from the file what the API answers, from the same raw rows', async () => {
  const rows = model.rows.slice(0, 1_000);
  const [ours, theirs] = [await fromApi(rows), await fromPython(rows)];
  expect(theirs).toHaveLength(rows.length);
  const differences = ours.map((value, row) => Math.abs(value - theirs[row]) / Math.max(1, Math.abs(value)));
  expect(Math.max(...differences)).toBeLessThanOrEqual(1e-5);
  // Guards against a comparison of constants.
  expect(new Set(ours.map((value) => Math.round(value))).size).toBeGreaterThan(20);
});
