import type { DriftReport } from '../../contracts/drift.ts';
import { type Estimate, isLowerBetter, type MetricName } from '../../contracts/metrics.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { onlineObserve } from '../../data/drift/correction/index.ts';
import { normalSurvival } from '../../data/drift/distributions/normal.ts';
import { bootstrapMetrics } from '../../models/evaluation/judge.ts';
import { taskOf } from '../../models/training/task.ts';
import type { MonitorState } from '../../registry/types.ts';
import type { Answers } from './answers.ts';

type Scored = Answers['scored'];

export interface Performance {
  report: NonNullable<DriftReport['performance']>;
  /**
   * Whether the metric is worse on the current rows by more than chance explains: the intervals do not meet, and the
   * chance of it is one that checks without drift have, over all of them together, no more often than the policy's level.
   */
  isWorse: boolean;
  /** What the next check's chance is judged by. */
  online: unknown;
  /** What the next check of the interval's coverage goes on from; absent where the champion gives none. */
  coverage?: MonitorState['coverage'];
}

const resamples = 200;
/** Below it a bootstrap says nothing. */
const leastRows = 20;

async function estimate(
  spec: PipelineSpec,
  scored: Scored,
  signal: AbortSignal,
): Promise<Estimate | undefined> {
  if (scored.actual.length < leastRows) return undefined;
  const { seed, metric } = spec;
  const options = { seed, resamples, signal };
  const metrics = await bootstrapMetrics(taskOf(spec), scored.actual, scored.predictions, options);
  return metrics[metric];
}

/** Half of a 95 % interval of a normal estimate, in its standard errors. */
const halfWidth = 1.959964;

/**
 * Chance that a metric looks so much worse on other rows where nothing has changed: one-sided normal, with the standard
 * errors that the sides of the intervals that face each other say.
 */
export function chanceOfWorse(metric: MetricName, before: Estimate, now: Estimate): number {
  const isLower = isLowerBetter(metric);
  const rise = isLower ? now.value - before.value : before.value - now.value;
  const sides = isLower
    ? [before.high - before.value, now.value - now.low]
    : [before.value - before.low, now.high - now.value];
  const error = Math.hypot(...sides) / halfWidth;
  if (error === 0) return rise > 0 ? 0 : 1;
  return normalSurvival(rise / error);
}

/** The pipeline's metric on held-out rows and on current rows whose target is known, null where too few are. */
export async function performanceOf(
  spec: PipelineSpec,
  { heldOut, current, labelled }: { heldOut: Scored; current: Scored; labelled: number },
  { online, signal }: { online: unknown; signal: AbortSignal },
): Promise<Performance> {
  const [before, now] = [await estimate(spec, heldOut, signal), await estimate(spec, current, signal)];
  const { metric, drift } = spec;
  const report = { metric, reference: before?.value ?? null, current: now?.value ?? null, labelled };
  if (before === undefined || now === undefined) return { report, isWorse: false, online };
  const chance = chanceOfWorse(metric, before, now);
  const judged = onlineObserve(online, chance, { method: 'lord++', level: drift.level });
  return { report, isWorse: judged.rejected && isApart(spec, before, now), online: judged.state };
}

const isApart = ({ metric }: PipelineSpec, before: Estimate, now: Estimate): boolean =>
  isLowerBetter(metric) ? now.low > before.high : now.high < before.low;
