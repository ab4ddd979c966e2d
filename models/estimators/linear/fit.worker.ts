import { elasticNet } from './descent.ts';
import { diagnose } from './diagnostics.ts';
import { factorise } from './factor.ts';
import type { FitAnswer, LinearFit, LinearTask } from './protocol.ts';
import { missingCell } from './rows.ts';
import { leastSquares, ridge, spread } from './solve.ts';

/** Entry of a pool thread: fits the rows of one task. */
export default function fit(task: LinearTask): FitAnswer<LinearFit> {
  const missing = missingCell(task.data);
  if (missing) return missing;
  const fitted = fitBy(task);
  // Adding 0 turns −0, which JSON does not keep, into 0: a saved model is the fitted one to the bit.
  fitted.coefficients = fitted.coefficients.map((slope) => slope + 0);
  fitted.intercept += 0;
  const representable = [fitted.intercept, ...fitted.coefficients].every(Number.isFinite);
  return representable ? { state: 'done', fit: fitted } : { state: 'overflow' };
}

function fitBy(task: LinearTask): LinearFit {
  const { data, signs } = task;
  const { names } = data;
  const factor = factorise(data);
  if (task.kind === 'ridge') {
    const { slopes, intercept } = ridge(factor, task.alpha, signs);
    return { names, coefficients: slopes, intercept };
  }
  if (task.kind === 'elastic-net') {
    const { slopes, intercept, ...descent } = elasticNet(factor, task.alpha, task.l1Ratio, signs);
    const leftOut = names.filter((_, j) => slopes[j] === 0);
    return { names, coefficients: slopes, intercept, diagnostics: { leftOut, ...descent } };
  }
  const solution = leastSquares(factor, signs);
  return {
    names,
    coefficients: spread(solution.kept, solution.slopes, names.length),
    intercept: solution.intercept,
    diagnostics: diagnose(data, factor, solution),
  };
}
