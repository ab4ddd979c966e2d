import type { Frame } from '../../contracts/frame.ts';
import type { Estimate } from '../../contracts/metrics.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { estimableMetrics } from '../../data/drift/performance/index.ts';
import { runInPool } from '../../models/pool.ts';
import type { Answers } from './answers.ts';
import type { EstimateTask } from './estimate.worker.ts';
import { matrixOf } from './matrix.ts';

const worker = new URL('./estimate.worker.ts', import.meta.url);
const leastRows = 20;
/** Rows of each side that an estimate is made from; the newest of the current ones. */
const mostRows = 10_000;

interface Side {
  frame: Frame;
  answers: Answers;
}

const placesWhere = (losses: Float64Array, known: boolean): number[] =>
  Array.from(losses.keys())
    .filter((row) => Number.isNaN(losses[row]) !== known)
    .slice(-mostRows);

/**
 * The pipeline's metric on current rows whose target is not known, from what the champion does on held-out rows.
 * Undefined where there are too few rows, where the metric cannot be estimated, and for a forecast.
 */
export async function estimateUnlabelled(
  spec: PipelineSpec,
  { heldOut, current }: { heldOut: Side; current: Side },
  signal: AbortSignal,
): Promise<Estimate | undefined> {
  const [known, asked] = [placesWhere(heldOut.answers.loss, true), placesWhere(current.answers.loss, false)];
  if (spec.forecast || Math.min(known.length, asked.length) < leastRows) return undefined;
  const task =
    spec.task === 'classification'
      ? classification(spec, heldOut, current, asked)
      : regression(spec, heldOut, known, current, asked);
  return task && (await runInPool<EstimateTask, Estimate>(worker, task, signal));
}

function classification(
  { metric, seed }: PipelineSpec,
  heldOut: Side,
  current: Side,
  asked: number[],
): EstimateTask | undefined {
  const estimable = estimableMetrics.find((name) => name === metric);
  if (estimable === undefined) return undefined;
  const { actual, predictions } = heldOut.answers.scored;
  const { values, outputs: width } = current.answers.predictions;
  const rows = new Float64Array(asked.length * width);
  for (const [to, from] of asked.entries())
    rows.set(values.subarray(from * width, (from + 1) * width), to * width);
  const last = Math.min(actual.length, mostRows);
  return {
    kind: 'classification',
    labelled: {
      probabilities: predictions.values.slice(-last * width),
      width,
      actual: Int32Array.from(actual.slice(-last)),
    },
    current: rows,
    metric: estimable,
    seed,
  };
}

function regression(
  { metric, seed, inputs }: PipelineSpec,
  heldOut: Side,
  known: number[],
  current: Side,
  asked: number[],
): EstimateTask | undefined {
  if (metric !== 'mae' && metric !== 'rmse') return undefined;
  const losses = Float64Array.from(known, (row) => heldOut.answers.loss[row]);
  return {
    kind: 'regression',
    labelled: matrixOf(inputs, heldOut.frame, known),
    losses: metric === 'rmse' ? losses.map((loss) => loss ** 2) : losses,
    current: matrixOf(inputs, current.frame, asked),
    metric,
    seed,
  };
}
