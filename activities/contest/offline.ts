import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { type Frame, selectRows, type TextSeries } from '../../contracts/frame.ts';
import { classesOf, type PipelineSpec } from '../../contracts/pipeline.ts';
import type { GuardrailResult, PromotionDecision } from '../../contracts/runs.ts';
import type { GuardrailInput, Segments } from '../../models/evaluation/guardrails.ts';
import { pairedBootstrap } from '../../models/evaluation/judge.ts';
import { lossDifferences, rowLosses, rowLossOf } from '../../models/evaluation/losses.ts';
import { dieboldMariano, mcNemar, type PairedTest } from '../../models/evaluation/paired.ts';
import type { Predictions } from '../../models/evaluation/predictions.ts';
import { runInPool } from '../../models/pool.ts';
import { targetOf } from '../../models/training/prepare.ts';
import { taskOf } from '../../models/training/task.ts';
import { type Contender, predictionsOf } from './answers.ts';
import { fileGuardrails } from './file-guardrails.ts';

type Improvement = NonNullable<PromotionDecision['improvementPercent']>;

/** All that the offline stage finds on rows that the challenger has not learned from. */
export interface OfflineFindings {
  rows: number;
  improvementPercent: Improvement;
  /** The same on the newest rows of these; absent where they are few. */
  recent?: { rows: number; improvementPercent: Improvement };
  test: PairedTest;
  guardrails: GuardrailResult[];
}

const guardrailWorker = new URL('../../models/evaluation/guardrails.worker.ts', import.meta.url);
const recentShare = 0.2;
const leastRecentRows = 50;

/** Compares two versions on the same rows: metric, recent rows, the task's paired test, guardrails. */
export async function findOffline(
  artifacts: ArtifactStore,
  spec: PipelineSpec,
  testRows: Frame,
  challenger: Contender,
  champion: Contender,
  signal: AbortSignal,
): Promise<OfflineFindings> {
  const frame = inTime(testRows);
  const actual = targetOf(spec, frame);
  const ours = await predictionsOf(artifacts, challenger, frame);
  const theirs = await predictionsOf(artifacts, champion, frame);
  const task = taskOf(spec);
  const { metric, seed } = spec;
  const { resamples, confidence } = spec.promotion;
  const compare = (from: number): Promise<Improvement> =>
    pairedBootstrap(task, actual.slice(from), rowsFrom(ours, from), rowsFrom(theirs, from), {
      ...{ metric, seed, resamples, confidence, signal },
    });
  const recentRows = Math.floor(recentShare * frame.rows);
  const recent =
    recentRows < leastRecentRows
      ? undefined
      : { rows: recentRows, improvementPercent: await compare(frame.rows - recentRows) };
  const loss = rowLossOf(task, metric, actual);
  const { recallDrop, eceRise, coverageDrop, segmentLossRatio } = spec.contest.guardrails;
  const ofRows = await runInPool<GuardrailInput, GuardrailResult[]>(
    guardrailWorker,
    {
      ...{ task, classes: classesOf(spec), actual, challenger: ours, champion: theirs, loss, seed },
      segments: segmentsOf(spec, frame),
      level: spec.interval?.level,
      limits: { recallDrop, eceRise, coverageDrop, segmentLossRatio },
    },
    signal,
  );
  return {
    rows: frame.rows,
    improvementPercent: await compare(0),
    ...(recent && { recent }),
    test: testOf(spec, actual, ours, theirs),
    guardrails: [
      ...(recent ? [recentGuardrail(recent.improvementPercent)] : []),
      ...ofRows,
      ...(await fileGuardrails(artifacts, spec, frame, challenger, champion)),
    ],
  };
}

/** Row ids ascend as rows come in. */
function inTime(frame: Frame): Frame {
  const order = Array.from(frame.rowIds, (_, row) => row).sort((a, b) => frame.rowIds[a] - frame.rowIds[b]);
  return selectRows(frame, order);
}

const rowsFrom = (
  { values, outputs, interval, decisionWeights }: Predictions,
  from: number,
): Predictions => ({
  values: values.slice(from * outputs),
  outputs,
  interval: interval?.slice(2 * from),
  decisionWeights,
});

/** Broken where the challenger is shown worse on what came in last. */
const recentGuardrail = ({ high }: Improvement): GuardrailResult => ({
  name: 'recent',
  passed: high >= 0,
  value: high,
  limit: 0,
});

/** McNemar's of answers that are right or wrong, Diebold and Mariano's of numbers. */
function testOf(
  spec: PipelineSpec,
  actual: Float64Array,
  challenger: Predictions,
  champion: Predictions,
): PairedTest {
  const task = taskOf(spec);
  if (task.kind === 'classification') {
    const loss = rowLossOf(task, 'accuracy', actual);
    return mcNemar(rowLosses(loss, actual, challenger), rowLosses(loss, actual, champion));
  }
  const loss = rowLossOf(task, spec.metric, actual);
  const isOrdered = spec.split.kind === 'time' || spec.forecast !== undefined;
  const [ours, theirs] = [challenger, champion].map((said) => rowLosses(loss, actual, said));
  return dieboldMariano(lossDifferences(ours, theirs), isOrdered);
}

const segmentsOf = (spec: PipelineSpec, frame: Frame): Segments[] =>
  spec.inputs.flatMap((column) => {
    const series = frame.columns[column];
    if (series?.kind !== 'text') return [];
    const { codes, dictionary: labels } = series satisfies TextSeries;
    return [{ column, codes, labels }];
  });
