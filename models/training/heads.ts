import { z } from 'zod';
import { classesOf, type PipelineSpec } from '../../contracts/pipeline.ts';
import {
  type CalibrationReport,
  type CalibrationState,
  calibrate,
  calibrationStateSchema,
  fitCalibration,
} from '../calibration/index.ts';
import { fitInterval, type IntervalState, intervalStateSchema } from '../conformal/index.ts';
import { type CorrectionState, correctionStateSchema } from '../correction/index.ts';
import { decide, tuneDecision } from '../decision/index.ts';
import { lossOf } from '../evaluation/judge.ts';
import type { Predictions } from '../evaluation/predictions.ts';
import { piecesOfEvidence } from './evidence.ts';
import type { PreparedRows } from './rows.ts';
import { taskOf } from './task.ts';

/** What turns a model's numbers into answers, learnt on rows that the model has not learned from. */
export interface Heads {
  calibration?: CalibrationState;
  /** One per class: the answer is the class of the largest probability × weight. */
  decisionWeights?: number[];
  /** Of a regression that was recalibrated: on what the model says, before the base is added. */
  correction?: CorrectionState;
  interval?: IntervalState;
}

/** How the heads came about, for people. */
export interface HeadsReport {
  /** Rows that they were learnt on. */
  rows: number;
  calibration?: CalibrationReport;
  /** Mean cost per row of the most probable class, and of the answer by weights. */
  decision?: { costOfMostProbable: number; cost: number };
}

export const headStatesSchema: z.ZodType<Heads> = z.strictObject({
  calibration: calibrationStateSchema.optional(),
  decisionWeights: z.array(z.number()).optional(),
  correction: correctionStateSchema.optional(),
  interval: intervalStateSchema.optional(),
});
export interface FittedHeads {
  heads: Heads;
  report: HeadsReport;
  /** What is answered to the held rows where probabilities are calibrated, each row's by a fit on the others. */
  answers?: Predictions;
  /** Of those answers; lower is better. */
  loss?: number;
}

/** Heads and their report, as JSON. */
export const headsSchema = z.object({ heads: headStatesSchema, report: z.looseObject({ rows: z.number() }) });

/** Rows that a model has not learned from, and what it says about them, heads apart. */
export interface Held {
  rows: PreparedRows;
  predictions: Predictions;
  /** Lower and upper quantile per row, row-major, where there is a companion. */
  companionQuantiles?: Float64Array;
}

/**
 * Learns what the pipeline asks for: the calibration of probabilities, then decision weights on the calibrated ones;
 * or the interval.
 * @returns beside them, where probabilities are calibrated, `answers` to the held rows and their `loss` by the pipeline's
 * metric. It is what candidates are compared by, since it is calibrated that they answer.
 * @throws RelevoError DATASET_TOO_SMALL, CANCELLED.
 */
export async function fitHeads(
  spec: PipelineSpec,
  held: Held,
  context: { seed: number; signal: AbortSignal },
): Promise<FittedHeads> {
  const { rows, predictions, companionQuantiles } = held;
  const report: HeadsReport = { rows: rows.target.length };
  if (spec.task === 'classification') return await fitClassHeads(spec, held, context, report);
  if (spec.interval === undefined) return { heads: {}, report };
  const pieces = piecesOfEvidence(spec.forecast, rows.rowIds);
  const interval = fitInterval(spec.interval, rows.target, predictions.values, companionQuantiles, pieces);
  return { heads: { interval }, report };
}

async function fitClassHeads(
  spec: PipelineSpec,
  { rows, predictions }: Held,
  context: { seed: number; signal: AbortSignal },
  report: HeadsReport,
): Promise<FittedHeads> {
  const { outputs: classes } = predictions;
  const heads: Heads = {};
  let probabilities = predictions.values;
  let answers: Predictions | undefined;
  if (spec.calibration !== 'none') {
    const fitted = await fitCalibration(spec.calibration, probabilities, classes, rows.target, context);
    heads.calibration = fitted.state;
    report.calibration = fitted.report;
    answers = { ...predictions, values: fitted.crossFitted };
    probabilities = calibrate(fitted.state, probabilities, classes);
  }
  const costs = costMatrix(spec);
  if (costs !== undefined) {
    const weights = await tuneDecision(costs, probabilities, classes, rows.target, context.signal);
    const costOf = (answers: Int32Array): number => meanCost(costs, rows.target, answers);
    heads.decisionWeights = weights;
    report.decision = {
      costOfMostProbable: costOf(decide(probabilities, classes)),
      cost: costOf(decide(probabilities, classes, weights)),
    };
  }
  const loss = answers && lossOf(spec.metric, taskOf(spec), rows.target, answers);
  return { heads, report, answers, loss };
}

/** By actual and answered class, in the order of the classes. */
function costMatrix(spec: PipelineSpec): number[][] | undefined {
  const { costs } = spec;
  if (costs === undefined) return undefined;
  const classes = classesOf(spec);
  return classes.map((actual) => classes.map((answered) => costs[actual]?.[answered] ?? 0));
}

function meanCost(costs: number[][], actual: Float64Array, answers: Int32Array): number {
  const total = answers.reduce((sum, answer, row) => sum + costs[actual[row]][answer], 0);
  return total / answers.length;
}
