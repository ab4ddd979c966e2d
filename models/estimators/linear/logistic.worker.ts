import { type ClassRows, classRows, overflows } from './classes.ts';
import { minimise } from './newton.ts';
import type { FitAnswer, LogisticFit, LogisticTask } from './protocol.ts';
import { missingCell } from './rows.ts';
import { SoftmaxProblem } from './softmax.ts';

/** Entry of a pool thread: fits the rows of one task. */
export default function fit({ data, classes, penalty }: LogisticTask): FitAnswer<LogisticFit> {
  const missing = missingCell(data);
  if (missing) return missing;
  const rows = classRows(data);
  if (overflows(rows)) return { state: 'overflow' };
  const { names } = data;
  const { present } = rows;
  if (present.length === 1) {
    const diagnostics = { newtonSteps: 0, logLoss: 0 };
    const coefficients = [names.map(() => 0)];
    return {
      state: 'done',
      fit: { names, classes, present, coefficients, intercepts: [0], diagnostics },
    };
  }
  const problem = new SoftmaxProblem(rows, penalty);
  const { state, point, value, steps } = minimise(problem, problem.start);
  if (state === 'overflow') return { state };
  if (state === 'unsettled') return { state, steps };
  const { coefficients, intercepts } = inColumns(rows, point);
  const squares = point.reduce((sum, at, i) => (i % (rows.width + 1) < rows.width ? sum + at * at : sum), 0);
  const logLoss = (value - 0.5 * penalty * squares) / rows.weightSum;
  const diagnostics = { newtonSteps: steps, logLoss };
  return { state, fit: { names, classes, present, coefficients, intercepts, diagnostics } };
}

/** Slopes and intercepts of the columns as they came; the intercepts of more than two classes add up to 0. */
function inColumns(
  { width, means, present }: ClassRows,
  point: Float64Array,
): Pick<LogisticFit, 'coefficients' | 'intercepts'> {
  const rows = Array.from({ length: point.length / (width + 1) }, (_, k) =>
    Array.from(point.subarray(k * (width + 1), (k + 1) * (width + 1))),
  );
  if (present.length === 2) rows.unshift(new Array<number>(width + 1).fill(0));
  // Adding 0 turns −0, which JSON does not keep, into 0: a saved model is the fitted one to the bit.
  const coefficients = rows.map((row) => row.slice(0, width).map((slope) => slope + 0));
  const intercepts = rows.map((row) => means.reduce((sum, mean, j) => sum - mean * row[j], row[width]) + 0);
  if (present.length === 2) return { coefficients, intercepts };
  const mean = intercepts.reduce((sum, intercept) => sum + intercept, 0) / intercepts.length;
  return { coefficients, intercepts: intercepts.map((intercept) => intercept - mean + 0) };
}
