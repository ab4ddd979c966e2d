import type { Task } from '../../contracts/estimator.ts';
import type { EvaluationReport } from '../../contracts/evaluation.ts';
import { runInPool } from '../pool.ts';
import { checkShape } from './compare.ts';
import type { Predictions } from './predictions.ts';
import type { ReportTask } from './report.worker.ts';

export type { EvaluationReport } from '../../contracts/evaluation.ts';

/**
 * What there is to draw of a model's answers, JSON-safe. Runs on another thread.
 * @param classes names of the classes, in the order of their indices; none of a regression.
 * @throws RangeError where the lengths do not fit or there are no rows; RelevoError CANCELLED when `signal` fires.
 */
export async function evaluationReport(
  task: Task,
  classes: string[],
  actual: Float64Array,
  predictions: Predictions,
  signal?: AbortSignal,
): Promise<EvaluationReport> {
  checkShape(task, actual, predictions);
  if (task.kind === 'classification' && classes.length !== task.classes)
    throw new RangeError(`${task.classes} classes have ${classes.length} names`);
  return await runInPool<ReportTask, EvaluationReport>(
    new URL('./report.worker.ts', import.meta.url),
    { task, classes, actual, predictions },
    signal,
  );
}
