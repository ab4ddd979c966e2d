import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseRows } from '../../../activities/monitoring/choice.ts';
import { checkAll } from '../../../activities/monitoring/compare.ts';
import type { CheckBody } from '../../../activities/monitoring/draft.ts';
import type { RowReader } from '../../../activities/monitoring/frames.ts';
import type { Watched } from '../../../activities/monitoring/open.ts';
import { lineageOf } from '../../../activities/monitoring/row-ids.ts';
import type { ArtifactStore } from '../../../contracts/artifacts.ts';
import { type Frame, selectRows } from '../../../contracts/frame.ts';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import type { ArtifactRef, Manifest } from '../../../contracts/refs.ts';
import { seededRandom } from '../../../models/random.ts';
import { createFolderArtifacts } from '../../../registry/artifacts/folder.ts';
import type { DatasetVersion, ModelVersion, MonitorState } from '../../../registry/types.ts';
import { championFile, plantOf, plantRows, type Task } from './plant.ts';

/** Pipelines that are checked again and again while nothing moves. */
export interface CalmScenario {
  task: Task;
  rowsPerCheck: number;
  checks: number;
  pipelines: number;
}

export interface MonitorAlarms extends CalmScenario {
  /** Of the rate of alarms of a check's columns; of all tests over time. */
  level: number;
  /** Checks with enough rows to say something. */
  judged: number;
  /** Checks that called drift, by what made them. */
  drifts: { any: number; columns: number; streams: number; performance: number };
  /** Checks that told of worse performance, and findings about the data's quality. */
  performanceAlerts: number;
  qualityFindings: number;
  pipelinesWithAlarm: number;
  /** What the calibrated streams may raise by their own setting over these rows. */
  streamAlarmsAllowed: number;
}

const learnedRows = 4_000;

/** The monitor as it is, but for Temporal and the database: each check with the memory that the last one left. */
export async function measureMonitorAlarms(scenario: CalmScenario): Promise<MonitorAlarms> {
  const folder = await mkdtemp(join(tmpdir(), 'relevo-alarms-'));
  try {
    const artifacts = createFolderArtifacts(folder);
    const { drift } = plantOf(scenario.task);
    const found: MonitorAlarms = {
      ...scenario,
      level: drift.level,
      judged: 0,
      drifts: { any: 0, columns: 0, streams: 0, performance: 0 },
      performanceAlerts: 0,
      qualityFindings: 0,
      pipelinesWithAlarm: 0,
      streamAlarmsAllowed:
        (scenario.pipelines * scenario.checks * scenario.rowsPerCheck) / drift.rowsBetweenFalseAlarms,
    };
    for (let seed = 1; seed <= scenario.pipelines; seed++) await watch(artifacts, scenario, seed, found);
    return found;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function watch(
  artifacts: ArtifactStore,
  { task, rowsPerCheck, checks }: CalmScenario,
  seed: number,
  found: MonitorAlarms,
): Promise<void> {
  const spec = { ...plantOf(task), seed };
  const frame = plantRows(task, learnedRows + checks * rowsPerCheck, seed);
  const onnx = await artifacts.putBytes(championFile(task), {
    name: 'model.onnx',
    mediaType: 'application/onnx',
  });
  const watched = championOf(spec, onnx, seed);
  let memory: MonitorState | undefined;
  const before = found.drifts.any;
  for (let check = 1; check <= checks; check++) {
    const dataset = datasetOf(spec, onnx, learnedRows + check * rowsPerCheck);
    const { parts } = dataset.manifest;
    const reader = readerOf(frame);
    const choice = await chooseRows({
      spec,
      parts,
      lineage: lineageOf(dataset.manifest),
      champion: watched,
      memory,
      times: (column) => reader.times(spec, parts, column),
    });
    const { signal } = new AbortController();
    const body = await checkAll(artifacts, { spec, dataset, watched, memory, choice, reader, signal });
    // What people and the registry get has gone through JSON.
    memory = JSON.parse(JSON.stringify(body.memory));
    count(found, body, choice.streamed);
  }
  if (found.drifts.any > before) found.pipelinesWithAlarm++;
}

function count(found: MonitorAlarms, { report, isSurelyWorse }: CheckBody, streamed: Float64Array): void {
  if (report.verdict !== 'insufficient_data') found.judged++;
  found.qualityFindings += report.quality.length;
  if (isSurelyWorse) found.performanceAlerts++;
  if (report.verdict !== 'drift') return;
  found.drifts.any++;
  if (report.columns.some(({ verdict }) => verdict === 'drift')) found.drifts.columns++;
  if (report.streams.some(({ alarms }) => (alarms.at(-1) ?? -1) >= streamed[0])) found.drifts.streams++;
  if (isSurelyWorse) found.drifts.performance++;
}

const manifestOf = (spec: PipelineSpec, rows: ArtifactRef, count: number): Manifest => ({
  pipeline: spec.name,
  source: 'rows',
  schemaHash: 'one',
  synthetic: true,
  rows: count,
  parts: [{ artifact: rows, rows: count, firstRowId: 0 }],
  watermark: { location: 'none.csv', bytes: 0, rows: count, headerSha256: '', prefixSha256: '' },
});

function datasetOf(spec: PipelineSpec, profile: ArtifactRef, rows: number): DatasetVersion {
  const manifest = manifestOf(spec, profile, rows);
  const counted = { read: rows, added: rows, repaired: 0, quarantined: 0, total: rows };
  return {
    id: `${spec.name}/rows@${String(rows).padStart(12, '0')}`,
    manifest,
    profile,
    artifacts: {},
    runId: 'none',
    report: { rows: counted, repairedByRule: {}, quarantinedByRule: {}, warnings: [] },
    ...{ pipeline: spec.name, source: 'rows', synthetic: true, rows, createdAt: '2026-01-01T00:00:00Z' },
  };
}

function championOf(spec: PipelineSpec, onnx: ArtifactRef, seed: number): Watched {
  const dataset = datasetOf(spec, onnx, learnedRows);
  const ids = Array.from({ length: learnedRows }, (_, id) => id);
  seededRandom(seed, 'split').shuffle(ids);
  const [test, validation, train] = [ids.slice(0, 800), ids.slice(800, 1_200), ids.slice(1_200)];
  const version: ModelVersion = {
    ...{ pipeline: spec.name, runId: 'none', version: '1.0.0', createdAt: dataset.createdAt },
    ...{ datasetVersion: dataset.id, source: 'rows', synthetic: true, seed },
    ...{ splitArtifact: onnx, splitSpec: spec.split, estimator: 'linear', candidate: 'linear', params: {} },
    ...{ metrics: {}, candidates: [], environment: {}, codeRevision: '', onnx, native: onnx, artifacts: {} },
    ...{ spec, inputSchemaHash: '', parityMaxAbsolute: 0 },
  };
  const { manifest } = dataset;
  return {
    version,
    dataset,
    parts: manifest.parts,
    lineage: lineageOf(manifest),
    split: { train, validation, test },
  };
}

/** Rows in memory, whose ids are their places. */
const readerOf = (frame: Frame): RowReader => ({
  rows: async (_, columns, { rowIds }) => {
    const { rows, rowIds: ids, columns: all } = frame;
    const wanted = Object.fromEntries(columns.map((name) => [name, all[name]]));
    return selectRows({ rows, rowIds: ids, columns: wanted }, rowIds);
  },
  times: async () => ({ rowIds: frame.rowIds, times: new Float64Array(frame.rows) }),
});
