/**
 * The channel of a client's next order: every candidate on the test rows, what calibration and the tuned decision do
 * there, beside the best that any model could do (the generator's own probabilities) and beside Python's models on the
 * same features, split and search budget.
 */

import { chosenOf } from '../../contracts/choice.ts';
import type { Metrics } from '../../contracts/metrics.ts';
import { candidateName, classesOf, type PipelineSpec } from '../../contracts/pipeline.ts';
import { decide } from '../../models/decision/index.ts';
import type { MetricValues } from '../../models/evaluation/comparison.ts';
import { bootstrapMetrics, metricsOf } from '../../models/evaluation/judge.ts';
import type { Predictions } from '../../models/evaluation/predictions.ts';
import { evaluationReport } from '../../models/evaluation/report.ts';
import { makeSplit } from '../../models/evaluation/split.ts';
import { type FittedCandidate, withHeads } from '../../models/training/fit.ts';
import type { HeadsReport } from '../../models/training/heads.ts';
import { prepareTrainingSet } from '../../models/training/prepare.ts';
import type { PreparedRows, TrainingSet } from '../../models/training/rows.ts';
import { taskOf } from '../../models/training/task.ts';
import { machine } from '../lib/report.ts';
import { keep, type Scoring, scoreOne } from './champion.ts';
import { runPeer } from './channel/peer.ts';
import { type ChannelResult, channelTable } from './channel/table.ts';
import { trueProbabilities } from './channel/truth.ts';
import { cleanDataset } from './dataset.ts';
import type { Measured } from './measured.ts';

/** A candidate on the test rows. */
export interface Judged {
  candidate: string;
  params: Scoring['params'];
  trials: number;
  steps: number | undefined;
  /** The pipeline's metric on the validation rows; the champion is chosen by it, and by what breaks ties. */
  validation: number;
  tie: Scoring['tie'];
  /** Most probable class before and after calibration. */
  before: MetricValues;
  after: MetricValues;
  /** As it answers: calibrated, by the tuned decision; with 95 % intervals. */
  test: Metrics;
  heads: HeadsReport;
  decisionWeights: number[] | undefined;
  /** Mean cost of a test row: most probable class before and after calibration, and the tuned decision. */
  cost: { before: number; mostProbable: number; tuned: number };
  selection: Selection;
  seconds: number;
}
export interface Selection {
  kept: string[];
  dropped: { name: string; reason: string; with?: string; value: number }[];
}

/** What feature selection left, and why the others went. */
function selectionOf({ features, steps }: FittedCandidate): Selection {
  const dropped = steps.flatMap((step) => (step.step === 'select' ? step.state.reasons : []));
  const gone = new Set(dropped.map(({ name }) => name));
  return { kept: features.filter((name) => !gone.has(name)), dropped };
}

function meanCost(spec: PipelineSpec, { target }: PreparedRows, predictions: Predictions): number {
  const classes = classesOf(spec);
  const answers = decide(predictions.values, predictions.outputs, predictions.decisionWeights);
  const costs = classes.map((actual) => classes.map((answer) => spec.costs?.[actual]?.[answer] ?? 0));
  return answers.reduce((sum, answer, row) => sum + costs[target[row]][answer], 0) / answers.length;
}

interface Tried {
  judged: Judged;
  predictions: Predictions;
}

async function judge(
  spec: PipelineSpec,
  scoring: Scoring,
  set: TrainingSet,
): Promise<Omit<Tried['judged'], 'seconds'> & { predictions: Predictions }> {
  const { candidate, params, scored, trials } = scoring;
  const { fitted, heads } = await keep(spec, scoring, set);
  try {
    const { test } = set;
    const task = taskOf(spec);
    const before = await withHeads(fitted, {}).predict(test);
    const answered = await fitted.predict(test);
    const after = { ...answered, decisionWeights: undefined };
    const draws = { seed: spec.seed, resamples: spec.promotion.resamples };
    return {
      candidate: candidateName(candidate),
      params,
      trials,
      steps: scored.steps,
      validation: scoring.validationScore,
      tie: scoring.tie,
      before: metricsOf(task, test.target, before),
      after: metricsOf(task, test.target, after),
      test: await bootstrapMetrics(task, test.target, answered, draws),
      heads,
      decisionWeights: fitted.heads.decisionWeights,
      cost: {
        before: meanCost(spec, test, before),
        mostProbable: meanCost(spec, test, after),
        tuned: meanCost(spec, test, answered),
      },
      selection: selectionOf(fitted),
      predictions: answered,
    };
  } finally {
    fitted.dispose();
  }
}

/** Every candidate, searched, kept and judged as a training run does it. */
async function tryAll(spec: PipelineSpec, set: TrainingSet): Promise<Tried[]> {
  const tried: Tried[] = [];
  for (const candidate of spec.candidates) {
    const started = performance.now();
    const scoring = await scoreOne(spec, candidate, set);
    const { predictions, ...judged } = await judge(spec, scoring, set);
    const seconds = (performance.now() - started) / 1000;
    tried.push({ judged: { ...judged, seconds }, predictions });
    const { validation, before, after } = judged;
    const figures = [validation, before.logLoss, after.logLoss].map((value) => value?.toFixed(5));
    process.stderr.write(
      `${judged.candidate}: ${spec.metric} ${figures[0]} on validation rows, log-loss ${figures[1]}, calibrated ${figures[2]}, ${seconds.toFixed(0)} s\n`,
    );
  }
  return tried;
}

/** See above. Takes some ten minutes on two cores. */
export async function measureChannel(spec: PipelineSpec, folder: string): Promise<Measured> {
  const { frame, source, synthetic } = await cleanDataset(spec, 'synthetic', { dataDir: undefined, folder });
  const split = await makeSplit(spec.split, spec.seed, frame);
  const set = await prepareTrainingSet(spec, frame, split);
  const { test } = set;
  const task = taskOf(spec);
  const truth = await trueProbabilities(spec, frame, test.rowIds, folder);
  const tried = await tryAll(spec, set);
  const standing = tried.map(({ judged: { validation, tie } }) => ({ validationScore: validation, tie }));
  const best = tried[standing.indexOf(chosenOf(spec.metric, standing))];
  const drawn = await evaluationReport(task, classesOf(spec), test.target, best.predictions);
  if (drawn.kind !== 'classification') throw new TypeError(`a ${drawn.kind} has no channels`);
  const { roc, precisionRecall, ...evaluation } = drawn;
  const areas = (curves: typeof roc) => Object.fromEntries(curves.map((curve) => [curve.class, curve.area]));
  const bestPossible = metricsOf(task, test.target, truth);
  const result: ChannelResult = {
    pipeline: spec.name,
    source,
    synthetic,
    rows: {
      clients: frame.rows,
      train: split.train.length,
      validation: split.validation.length,
      test: split.test.length,
    },
    metric: spec.metric,
    bestPossible,
    champion: best.judged.candidate,
    aboveBestPossiblePercent:
      100 * ((best.judged.after.logLoss ?? Number.NaN) / (bestPossible.logLoss ?? Number.NaN) - 1),
    evaluation: { ...evaluation, rocArea: areas(roc), precisionRecallArea: areas(precisionRecall) },
    candidates: tried.map(({ judged }) => judged),
    peer: await runPeer(spec, set, folder),
    machine: machine(),
  };
  return { result, text: channelTable(result) };
}
