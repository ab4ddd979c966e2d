import type { Task } from '../../contracts/estimator.ts';
import type { EvaluationReport } from '../../contracts/evaluation.ts';
import { decide } from '../decision/index.ts';
import { confusionOf, scoresByClass } from './classification.ts';
import { precisionRecallCurve, rocCurve } from './curves.ts';
import type { Predictions } from './predictions.ts';
import { rankingOf } from './ranking.ts';
import { binsOf, calibrationError, sumBins } from './reliability.ts';
import { reportQuantiles, reportRegression } from './residuals.ts';

export interface ReportTask {
  task: Task;
  classes: string[];
  actual: Float64Array;
  predictions: Predictions;
}

export default function report({ task, classes, actual, predictions }: ReportTask): EvaluationReport {
  if (task.kind === 'classification') return reportClasses(classes, actual, predictions);
  if (task.kind === 'quantile') return reportQuantiles(task.levels, actual, predictions.values);
  return reportRegression(actual, predictions.values, predictions.interval);
}

function reportClasses(
  classes: string[],
  actual: Float64Array,
  { values, decisionWeights }: Predictions,
): EvaluationReport {
  const width = classes.length;
  const rows = actual.length;
  const once = new Int32Array(rows).fill(1);
  const confusion = confusionOf(width, actual, decide(values, width, decisionWeights), once);
  const perClass = scoresByClass(confusion, width);
  const averaged = (weight: (of: (typeof perClass)[number]) => number) => {
    const total = perClass.reduce((sum, of) => sum + weight(of), 0);
    const mean = (name: 'precision' | 'recall' | 'f1') =>
      perClass.reduce((sum, of) => sum + weight(of) * of[name], 0) / total;
    return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') };
  };
  const rankings = classes.map((_, k) => rankingOf(values, width, k, actual));
  const named = (curve: typeof rocCurve) =>
    rankings.map((ranking, k) => ({ class: classes[k], ...curve(ranking, values, width, k) }));
  return {
    kind: 'classification',
    rows,
    classes,
    confusion: classes.map((_, k) => [...confusion.subarray(k * width, (k + 1) * width)]),
    accuracy: classes.reduce((sum, _, k) => sum + confusion[k * width + k], 0) / rows,
    perClass: perClass.map(({ support, precision, recall, f1 }, k) => ({
      class: classes[k],
      support,
      precision,
      recall,
      f1,
    })),
    macro: averaged(({ support, answered }) => Number(support + answered > 0)),
    weighted: averaged(({ support }) => support),
    roc: named(rocCurve),
    precisionRecall: named(precisionRecallCurve),
    reliability: reliabilityOf(values, width, actual, once),
  };
}

function reliabilityOf(values: Float64Array, classes: number, actual: Float64Array, once: Int32Array) {
  const confidences = binsOf(values, classes, actual);
  const bins = sumBins(confidences, once);
  return {
    ece: calibrationError(confidences, once),
    bins: bins.map(({ rows, confidence, right }, i) => ({
      from: i / bins.length,
      to: (i + 1) / bins.length,
      rows,
      confidence: rows === 0 ? null : confidence / rows,
      accuracy: rows === 0 ? null : right / rows,
    })),
  };
}
