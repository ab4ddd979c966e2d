import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Frame } from '../../contracts/frame.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { generateSteel } from '../../data/generators/steel.ts';
import { exportOnnx } from '../../models/training/export.ts';
import { fitCandidate } from '../../models/training/fit.ts';
import { prepareTrainingSet } from '../../models/training/prepare.ts';
import { pipeline } from '../../pipelines/index.ts';
import type { ModelVersion } from '../../registry/types.ts';

export type JsonRow = Record<string, number | string>;

/** A model of the steel pipeline, trained on generated rows and exported as every model is. */
export interface SteelModel {
  version: ModelVersion;
  onnx: Uint8Array;
  /** Rows as a client sends them. */
  rows: JsonRow[];
}

export interface SteelModelOptions {
  rows: number;
  trees: number;
  depth: number;
  version?: string;
  seed?: number;
}

export async function trainSteelModel(options: SteelModelOptions): Promise<SteelModel> {
  const { trees, depth, seed = 0 } = options;
  const spec = pipeline('steel-energy');
  const table = await generatedTable(options.rows, seed);
  const frame = frameOf(spec, table);
  const ids = Array.from({ length: frame.rows }, (_, row) => row);
  const { train } = await prepareTrainingSet(spec, frame, { train: ids, validation: [], test: [] });
  const params = { rounds: trees, maxDepth: depth, learningRate: 0.05 };
  const { signal } = new AbortController();
  const fitted = await fitCandidate(
    spec,
    { estimator: 'xgboost', params },
    { train },
    { threads: 2, signal, seed },
  );
  const onnx = exportOnnx(spec, fitted, {});
  return {
    onnx,
    version: versionOf(spec, onnx, params, options),
    rows: ids.map((id) => inputRow(spec, table, id)),
  };
}

type Table = Record<string, string[]>;

async function generatedTable(rows: number, seed: number): Promise<Table> {
  const folder = await mkdtemp(join(tmpdir(), 'relevo-steel-'));
  try {
    const path = join(folder, 'steel.csv');
    await generateSteel({ path, rows, seed });
    const [header, ...lines] = (await readFile(path, 'utf8')).trim().split('\n');
    const cells = lines.map((line) => line.split(','));
    return Object.fromEntries(
      header.split(',').map((name, column) => [name, cells.map((row) => row[column])]),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function frameOf(spec: PipelineSpec, table: Table): Frame {
  const rows = table[spec.target].length;
  const columns: Frame['columns'] = {};
  for (const name of [...spec.inputs, spec.target]) {
    const column = spec.columns[name];
    if (column.kind === 'category') {
      const codes = Int32Array.from(table[name], (cell) => column.values.indexOf(cell));
      columns[name] = { kind: 'text', codes, dictionary: column.values };
    } else {
      columns[name] = { kind: 'number', values: Float64Array.from(table[name], Number) };
    }
  }
  return { rows, rowIds: Float64Array.from({ length: rows }, (_, row) => row), columns };
}

const inputRow = (spec: PipelineSpec, table: Table, row: number): JsonRow =>
  Object.fromEntries(
    spec.inputs.map((name) => {
      const cell = table[name][row];
      return [name, spec.columns[name].kind === 'number' ? Number(cell) : cell];
    }),
  );

function versionOf(
  spec: PipelineSpec,
  onnx: Uint8Array,
  params: ModelVersion['params'],
  { version = '1.0.0', seed = 0 }: SteelModelOptions,
): ModelVersion {
  const sha256 = createHash('sha256').update(onnx).digest('hex');
  const ref = { sha256, bytes: onnx.length, mediaType: 'application/octet-stream', name: 'model.onnx' };
  const datasetVersion = `${spec.name}/synthetic@${sha256.slice(0, 12)}`;
  return {
    ...{
      pipeline: spec.name,
      version,
      datasetVersion,
      spec,
      params,
      seed,
      onnx: ref,
      native: ref,
      splitArtifact: ref,
    },
    runId: `train/${spec.name}/support`,
    source: 'synthetic',
    synthetic: true,
    splitSpec: spec.split,
    estimator: 'xgboost',
    candidate: 'xgboost',
    metrics: {
      rmse: { value: 0, low: 0, high: 0 },
      mae: { value: 0, low: 0, high: 0 },
      r2: { value: 1, low: 1, high: 1 },
      cv: { value: 0, low: 0, high: 0 },
    },
    candidates: [],
    environment: {},
    codeRevision: 'support',
    artifacts: {},
    inputSchemaHash: sha256,
    parityMaxAbsolute: 0,
    createdAt: new Date(0).toISOString(),
  };
}
