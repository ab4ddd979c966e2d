/** Whole records of the registry for tests; every field may be replaced. */
import { category, number } from '../contracts/columns.ts';
import { col } from '../contracts/expression.ts';
import { definePipeline, type PipelineSpec } from '../contracts/pipeline.ts';
import type { ArtifactRef, Manifest } from '../contracts/refs.ts';
import { manifestId, type NewDatasetVersion, type NewModelVersion } from '../registry/index.ts';

const both = (text: string) => ({ en: text, es: text });

export const spec = (name: string, change: Partial<PipelineSpec> = {}): PipelineSpec => ({
  ...definePipeline({
    name,
    title: both('Pump power'),
    about: both('Electrical power of one pump'),
    task: 'regression',
    sources: { plant: { kind: 'csv', locations: [{ kind: 'file', path: 'pump.csv' }] } },
    columns: {
      powerKw: number({ unit: 'kW', min: 0 }),
      zFlow: number({ unit: 'm3/h', min: 0 }),
      aLevel: number({ unit: 'm' }),
      mode: category(['on', 'off']),
    },
    target: 'powerKw',
    inputs: ['zFlow', 'aLevel', 'mode'],
    // In an order that sorting would change.
    features: { zFlow: col('zFlow'), aLevel: col('aLevel') },
    split: { kind: 'random', test: 0.25, validation: 0.2 },
    candidates: [{ estimator: 'ridge' }],
    schedules: { ingest: { cron: '30 1 * * *' }, train: { cron: '0 2 * * *' } },
  }),
  ...change,
});

export const artifact = (name: string, digit = 'a'): ArtifactRef => ({
  name,
  sha256: digit.repeat(64),
  bytes: 100,
  mediaType: 'application/octet-stream',
});

export const manifest = (pipeline: string, change: Partial<Manifest> = {}): Manifest => ({
  pipeline,
  source: 'plant',
  schemaHash: 'f'.repeat(64),
  synthetic: false,
  rows: 10,
  parts: [{ artifact: artifact('part-0.parquet', 'b'), rows: 10, firstRowId: 0 }],
  watermark: {
    location: 'file:pump.csv',
    bytes: 1234,
    rows: 10,
    headerSha256: 'c'.repeat(64),
    prefixSha256: 'd'.repeat(64),
  },
  ...change,
});

export function dataset(pipeline: string, change: Partial<Manifest> = {}): NewDatasetVersion {
  const whole = manifest(pipeline, change);
  return {
    id: manifestId(whole),
    manifest: whole,
    profile: artifact('profile.json', 'e'),
    artifacts: {},
    runId: `ingest/${pipeline}/1`,
    report: {
      rows: { read: 12, added: 10, repaired: 1, quarantined: 2, total: 10 },
      repairedByRule: { 'power-balance': 1 },
      quarantinedByRule: { unique: 2 },
      warnings: ['two rows repeat'],
    },
    quarantine: artifact('quarantine.parquet', '1'),
  };
}

const estimate = { value: 0.5, low: 0.4, high: 0.6 };

export const model = (
  pipeline: string,
  datasetVersion: string,
  change: Partial<NewModelVersion> = {},
): NewModelVersion => ({
  pipeline,
  runId: `train/${pipeline}/1`,
  datasetVersion,
  source: 'plant',
  synthetic: false,
  splitArtifact: artifact('split.json', '2'),
  splitSpec: { kind: 'random', test: 0.25, validation: 0.2 },
  seed: 7,
  estimator: 'ridge',
  candidate: 'ridge',
  params: { zAlpha: 0.1, alpha: 1 },
  metrics: { rmse: estimate, mae: estimate, r2: estimate, cv: estimate },
  candidates: [],
  environment: { node: '20' },
  codeRevision: 'abc123',
  onnx: artifact('model.onnx', '3'),
  native: artifact('model.json', '4'),
  artifacts: { importance: artifact('importance.json', '5') },
  spec: spec(pipeline),
  inputSchemaHash: '6'.repeat(64),
  parityMaxAbsolute: 1e-9,
  ...change,
});
