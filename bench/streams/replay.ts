import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runId } from '../../contracts/ids.ts';
import type { MonitorResult } from '../../contracts/monitor.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { type RetrainMode, type RetrainResult, retrainModes } from '../../contracts/retrain.ts';
import { trainOptionsSchema } from '../../contracts/runs.ts';
import { readFrame } from '../../data/datasets.ts';
import { openModel } from '../../inference/session.ts';
import { rawColumns } from '../../models/training/columns.ts';
import { createFolderArtifacts } from '../../registry/artifacts/folder.ts';
import { taskQueues } from '../../temporal.config.ts';
import { type Servers, startWorkers, type Workers } from '../../test/stack.ts';
import type { Stream } from './specs.ts';

/** How drift is answered: not at all, always by one mode, by the mode that fits, or by a new training at every check. */
export const answers = ['none', ...retrainModes, 'auto', 'every'] as const;
export type AnswerToDrift = (typeof answers)[number];

export interface Replay {
  answer: AnswerToDrift;
  /** Of the rows after the first training, each answered by the champion that stood when it came. */
  accuracy: number;
  /** The same by check, in order. */
  byCheck: number[];
  checks: number;
  drifts: number;
  retrains: number;
  /** Champions after the first. */
  promotions: number;
  /** By mode: how often it was tried. */
  modes: Partial<Record<RetrainMode | 'archive', number>>;
  seconds: number;
}

export interface ReplayPlan {
  /** Rows of the first training. */
  warmRows: number;
  rowsPerCheck: number;
}

/** A stretch of rows and the champion that answered it. */
interface Stretch {
  from: number;
  to: number;
  version: string;
}

const specFor = ({ spec }: Stream, answer: AnswerToDrift): PipelineSpec => {
  const mode = answer === 'none' || answer === 'every' ? 'full' : answer;
  const budget = { retrainsPerDay: 10_000, computeMinutesPerDay: 10_000 };
  const breaker = { ...spec.retrain.breaker, failures: 10_000, losses: 10_000 };
  const fallback = mode === 'auto' ? spec.retrain.fallback : [];
  const isAsked = answer !== 'none' && answer !== 'every';
  const when = { onDrift: isAsked, onGrowth: isAsked ? spec.retrain.onGrowth : null };
  return { ...spec, retrain: { ...spec.retrain, mode, fallback, budget, breaker, ...when } };
};

/** Replays a stream through the product's own workflows, on a home of its own. */
export async function replay(
  servers: Servers,
  stream: Stream,
  answer: AnswerToDrift,
  plan: ReplayPlan,
): Promise<Replay> {
  const started = performance.now();
  const workers = await startWorkers(servers, `${stream.spec.name}-${answer}`);
  try {
    const spec = specFor(stream, answer);
    await workers.registry.pipelines.save(spec);
    const course = await run(servers, workers, { ...stream, spec }, answer, plan);
    const byCheck = await score(workers, spec, course.stretches);
    const total = byCheck.reduce((sum, { rows }) => sum + rows, 0);
    return {
      answer,
      accuracy: byCheck.reduce((sum, { right }) => sum + right, 0) / total,
      byCheck: byCheck.map(({ right, rows }) => right / rows),
      ...course.counts,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await workers.stop();
  }
}

async function run(
  servers: Servers,
  workers: Workers,
  { spec, path, header, lines }: Stream,
  answer: AnswerToDrift,
  { warmRows, rowsPerCheck }: ReplayPlan,
) {
  const file = join(workers.dataDir, path);
  await mkdir(dirname(file), { recursive: true });
  const execute = async <T>(type: string, workflowId: string, args: unknown[]): Promise<T> =>
    await servers.client.workflow.execute(type, { workflowId, taskQueue: taskQueues.control, args });
  const upTo = (end: number) => writeFile(file, `${[header, ...lines.slice(0, end)].join('\n')}\n`);

  await upTo(warmRows);
  await execute('trainWorkflow', runId('train', spec.name, 'first'), [
    { spec, options: trainOptionsSchema.parse({}) },
  ]);
  const stretches: Stretch[] = [];
  const counts = { checks: 0, drifts: 0, retrains: 0, promotions: 0, modes: {} as Replay['modes'] };
  for (let from = warmRows; from < lines.length; from += rowsPerCheck) {
    const to = Math.min(lines.length, from + rowsPerCheck);
    const champion = await workers.registry.models.champion(spec.name);
    stretches.push({ from, to, version: champion?.version ?? '' });
    await upTo(to);
    const check = await execute<MonitorResult>('monitorWorkflow', runId('monitor', spec.name, `at-${to}`), [
      { spec, options: {} },
    ]);
    counts.checks++;
    counts.drifts += check.verdict === 'drift' ? 1 : 0;
    const renewed = await renewal(servers, spec, answer, check, to, execute);
    if (renewed === undefined) continue;
    counts.retrains++;
    for (const { mode } of renewed.attempts) counts.modes[mode] = (counts.modes[mode] ?? 0) + 1;
    counts.promotions += renewed.champion === undefined ? 0 : 1;
  }
  return { stretches, counts };
}

/** Waits for the retrain that a check has asked for, or asks for one where every check is to be followed by one. */
async function renewal(
  servers: Servers,
  spec: PipelineSpec,
  answer: AnswerToDrift,
  { retrain }: MonitorResult,
  to: number,
  execute: <T>(type: string, workflowId: string, args: unknown[]) => Promise<T>,
): Promise<RetrainResult | undefined> {
  if (answer === 'every')
    return await execute<RetrainResult>('retrainWorkflow', runId('retrain', spec.name, `every-${to}`), [
      { spec, options: { mode: 'full', reason: 'every check', promote: true } },
    ]);
  if (retrain === undefined) return undefined;
  return (await servers.client.workflow.getHandle(retrain).result()) as RetrainResult;
}

/** Each stretch's rows answered by its champion's file. */
async function score(
  workers: Workers,
  spec: PipelineSpec,
  stretches: Stretch[],
): Promise<{ rows: number; right: number }[]> {
  const artifacts = createFolderArtifacts(join(workers.home, 'artifacts'));
  const dataset = await workers.registry.datasets.latest(spec.name);
  const paths = await Promise.all(
    (dataset?.manifest.parts ?? []).map(({ artifact }) => artifacts.localPath(artifact)),
  );
  const frame = await readFrame(paths, spec);
  const target = frame.columns[spec.target];
  if (target.kind !== 'text') throw new Error(`${spec.target} is no category`);
  const scored: { rows: number; right: number }[] = [];
  for (const { from, to, version } of stretches) {
    const { onnx } = await workers.registry.models.get(spec.name, version);
    const model = await openModel(await artifacts.readBytes(onnx));
    const names = model.inputs.map(({ name }) => name);
    const { prediction, width } = await model.answer(rawColumns(frame, names, from, to), to - from);
    await model.release();
    const right = (row: number): boolean => {
      const probabilities = prediction.subarray(row * width, (row + 1) * width);
      return probabilities.indexOf(Math.max(...probabilities)) === target.codes[from + row];
    };
    const rows = Array.from({ length: to - from }, (_, row) => row);
    scored.push({ rows: rows.length, right: rows.filter(right).length });
  }
  return scored;
}
