import type { Task } from '../../contracts/estimator.ts';
import { comparisonOf } from '../evaluation/compare.ts';
import { byAppearance, stratified } from '../evaluation/folds.ts';
import { seededRandom } from '../random.ts';
import { fitBiasCorrected } from './bias-corrected.ts';
import { calibrate } from './calibrate.ts';
import { fitIsotonic } from './isotonic.ts';
import { fitPlatt } from './platt.ts';
import { type CalibrationMethod, type CalibrationState, calibratedClasses } from './state.ts';
import { fitTemperature } from './temperature.ts';

export interface CalibrationTask {
  method: 'auto' | Exclude<CalibrationMethod, 'none'>;
  probabilities: Float64Array;
  classes: number;
  actual: Float64Array;
  seed: number;
}
export interface CalibrationReport {
  /** What was chosen; `none` where nothing that was tried is better than the model's own probabilities. */
  method: CalibrationMethod;
  /** On the held rows, each calibrated by a fit on the others (five folds); `none` is before calibration. */
  tried: { method: CalibrationMethod; logLoss: number; brier: number; ece: number }[];
}
export interface FittedCalibration {
  state: CalibrationState;
  report: CalibrationReport;
  /** What the rows are given by fits that have not seen them: each calibrated by a fit on the other folds. */
  crossFitted: Float64Array;
}

const folds = 5;
/** In the order of their freedom: of equally good ones, the first is taken. */
const all: CalibrationMethod[] = ['none', 'temperature', 'bias-corrected', 'platt', 'isotonic'];

export default function fit(task: CalibrationTask): FittedCalibration {
  const methods: CalibrationMethod[] = task.method === 'auto' ? all : ['none', task.method];
  const tried = methods.map((method) => {
    const values = crossFit(method, task);
    return { method, values, ...lossesOf(task, values) };
  });
  const best = tried.reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
  const { method, values } = task.method === 'auto' ? best : tried[tried.length - 1];
  return {
    state: fitMethod(method, task.probabilities, task.classes, task.actual),
    report: { method, tried: tried.map(({ values: _, ...losses }) => losses) },
    crossFitted: values,
  };
}

function crossFit(
  method: CalibrationMethod,
  { probabilities, classes, actual, seed }: CalibrationTask,
): Float64Array {
  const values = new Float64Array(probabilities.length);
  const foldOf = stratified(byAppearance(actual), folds, seededRandom(seed, 'calibration'));
  for (let fold = 0; fold < folds; fold++) {
    const learned = rowsWhere(foldOf, (of) => of !== fold);
    const held = rowsWhere(foldOf, (of) => of === fold);
    const state = fitMethod(method, take(probabilities, classes, learned), classes, take(actual, 1, learned));
    const calibrated = calibrate(state, take(probabilities, classes, held), classes);
    held.forEach((row, i) => {
      for (let k = 0; k < classes; k++) values[row * classes + k] = calibrated[i * classes + k];
    });
  }
  return values;
}

function lossesOf(
  { classes, actual }: CalibrationTask,
  values: Float64Array,
): { logLoss: number; brier: number; ece: number } {
  const task: Task = { kind: 'classification', classes, ordered: false };
  const comparison = comparisonOf(task, actual, { values, outputs: classes });
  const metric = (name: 'logLoss' | 'brier' | 'ece'): number =>
    comparison.metrics(undefined, name)[name] ?? Number.NaN;
  return { logLoss: metric('logLoss'), brier: metric('brier'), ece: metric('ece') };
}

function fitMethod(
  method: CalibrationMethod,
  probabilities: Float64Array,
  classes: number,
  actual: Float64Array,
): CalibrationState {
  if (method === 'none') return { method };
  if (method === 'temperature')
    return { method, temperature: fitTemperature(probabilities, classes, actual) };
  if (method === 'bias-corrected') return { method, ...fitBiasCorrected(probabilities, classes, actual) };
  const parts = calibratedClasses(classes).map((k) => ({
    probability: actual.map((_, row) => probabilities[row * classes + k]),
    isClass: Uint8Array.from(actual, (truth) => Number(truth === k)),
  }));
  if (method === 'isotonic')
    return { method, knots: parts.map(({ probability, isClass }) => fitIsotonic(probability, isClass)) };
  const fitted = parts.map(({ probability, isClass }) => fitPlatt(probability, isClass));
  return {
    method,
    slopes: fitted.map(({ slope }) => slope),
    intercepts: fitted.map(({ intercept }) => intercept),
  };
}

const rowsWhere = (foldOf: Uint8Array, keep: (fold: number) => boolean): Int32Array =>
  Int32Array.from(foldOf.keys()).filter((row) => keep(foldOf[row]));

function take(values: Float64Array, width: number, rows: Int32Array): Float64Array {
  const taken = new Float64Array(rows.length * width);
  rows.forEach((row, i) => {
    taken.set(values.subarray(row * width, (row + 1) * width), i * width);
  });
  return taken;
}
