import { diagnose } from './diagnostics.ts';
import { factorise } from './factor.ts';
import type { LinearAnswer, LinearFit, LinearTask } from './protocol.ts';
import { leastSquares, ridge, spread } from './solve.ts';

/** Entry of a pool thread: fits the rows of one task. */
export default function fit(task: LinearTask): LinearAnswer {
  const { names, features } = task.data;
  const missing = features.findIndex((value) => !Number.isFinite(value));
  if (missing >= 0) {
    const row = Math.floor(missing / names.length);
    return { state: 'missing', name: names[missing % names.length], row, value: features[missing] };
  }
  const fitted = task.kind === 'ridge' ? fitRidge(task) : fitLeastSquares(task);
  // Adding 0 turns −0, which JSON does not keep, into 0: a saved model is the fitted one to the bit.
  fitted.coefficients = fitted.coefficients.map((slope) => slope + 0);
  const representable = [fitted.intercept, ...fitted.coefficients].every(Number.isFinite);
  return representable ? { state: 'done', fit: fitted } : { state: 'overflow' };
}

function fitRidge({ data, alpha }: LinearTask & { kind: 'ridge' }): LinearFit {
  const { slopes, intercept } = ridge(factorise(data), alpha);
  return { names: data.names, coefficients: slopes, intercept };
}

function fitLeastSquares({ data }: LinearTask & { kind: 'least-squares' }): LinearFit {
  const factor = factorise(data);
  const solution = leastSquares(factor);
  return {
    names: data.names,
    coefficients: spread(solution.kept, solution.slopes, data.names.length),
    intercept: solution.intercept,
    diagnostics: diagnose(data, factor, solution),
  };
}
