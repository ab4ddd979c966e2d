import { classRows, overflows } from './classes.ts';
import { minimise } from './newton.ts';
import { ProportionalOdds } from './proportional-odds.ts';
import type { FitAnswer, OrdinalFit, OrdinalTask } from './protocol.ts';
import { missingCell } from './rows.ts';

/** Entry of a pool thread: fits the rows of one task. */
export default function fit({ data, classes, penalty }: OrdinalTask): FitAnswer<OrdinalFit> {
  const missing = missingCell(data);
  if (missing) return missing;
  const rows = classRows(data);
  if (overflows(rows)) return { state: 'overflow' };
  const { names } = data;
  const { present, width, means } = rows;
  if (present.length === 1) {
    const diagnostics = { newtonSteps: 0, logLoss: 0 };
    const coefficients = names.map(() => 0);
    return { state: 'done', fit: { names, classes, present, coefficients, thresholds: [], diagnostics } };
  }
  const problem = new ProportionalOdds(rows, penalty);
  const { state, point, value, steps } = minimise(problem, problem.start);
  if (state === 'overflow') return { state };
  if (state === 'unsettled') return { state, steps };
  // Adding 0 turns −0, which JSON does not keep, into 0: a saved model is the fitted one to the bit.
  const coefficients = Array.from(point.subarray(0, width), (slope) => slope + 0);
  const atMeans = coefficients.reduce((sum, slope, j) => sum + slope * means[j], 0);
  const thresholds = Array.from(point.subarray(width), (threshold) => threshold + atMeans + 0);
  const squares = coefficients.reduce((sum, slope) => sum + slope * slope, 0);
  const logLoss = (value - 0.5 * penalty * squares) / rows.weightSum;
  const diagnostics = { newtonSteps: steps, logLoss };
  return { state, fit: { names, classes, present, coefficients, thresholds, diagnostics } };
}
