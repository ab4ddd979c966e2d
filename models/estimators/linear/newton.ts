import { addTimes, dot } from './vectors.ts';

/** A smooth convex function of some numbers, such as a penalised negative log-likelihood. */
export interface ConvexProblem {
  size: number;
  /** What a value is measured against: the sum of the rows' weights. */
  scale: number;
  /** The value at the point, Infinity outside of the domain; where finite, `gradient` is overwritten. */
  evaluate(point: Float64Array, gradient: Float64Array): number;
  /** The second derivatives at the point evaluated last, times a vector. */
  hessianTimes(vector: Float64Array): Float64Array;
  /** An approximate inverse of the second derivatives, symmetric and positive, times a vector. */
  precondition(vector: Float64Array): Float64Array;
  /** Makes the approximation anew, at the point evaluated last. */
  recondition(): void;
  /** What that costs, in products with the second derivatives. */
  reconditionCost: number;
}
export interface Minimum {
  point: Float64Array;
  value: number;
  steps: number;
  /** `overflow`: the numbers left the range of doubles; `unsettled`: no minimum within the steps allowed. */
  state: 'done' | 'overflow' | 'unsettled';
}

const maxSteps = 200;
const maxInnerSteps = 500;
/** More than these, and than the approximate inverse costs, and it is made anew. */
const fewInnerSteps = 6;
/** Newton's decrement, as a share of the scale, below which one more full step is exact to rounding. */
const lastDecrement = 1e-12;
/** Share of the squared residual that the last step may leave: its own distance makes up for the rest. */
const leastShare = 1e-12;

/**
 * Newton's method with conjugate gradients for the steps and halving where a step goes too far.
 * Reference: Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.1 (line search Newton–CG).
 */
export function minimise(problem: ConvexProblem, start: Float64Array): Minimum {
  const gradient = new Float64Array(problem.size);
  let point = start;
  let value = problem.evaluate(point, gradient);
  if (!Number.isFinite(value)) return { point, value, steps: 0, state: 'overflow' };
  let innerSteps = Infinity;
  for (let steps = 1; steps <= maxSteps; steps++) {
    if (innerSteps > fewInnerSteps + problem.reconditionCost) problem.recondition();
    const newton = newtonDirection(problem, gradient);
    const { direction } = newton;
    innerSteps = newton.innerSteps;
    const slope = dot(gradient, direction);
    if (!Number.isFinite(slope)) return { point, value, steps, state: 'overflow' };
    const isLast = -slope <= lastDecrement * problem.scale;
    const next = lineSearch(problem, { point, value, gradient, direction, slope });
    if (next === undefined) return { point, value, steps, state: isLast ? 'done' : 'unsettled' };
    ({ point, value } = next);
    if (isLast) return { point, value, steps, state: 'done' };
  }
  return { point, value, steps: maxSteps, state: 'unsettled' };
}

/** Solves H·d = −g as closely as the distance to the minimum asks for. */
function newtonDirection(
  problem: ConvexProblem,
  gradient: Float64Array,
): { direction: Float64Array; innerSteps: number } {
  const direction = new Float64Array(problem.size);
  const residual = gradient.map((value) => -value);
  let conditioned = problem.precondition(residual);
  const search = conditioned.slice();
  let length = dot(residual, conditioned);
  const enough = length * Math.max(leastShare, Math.min(0.0625, length / problem.scale));
  let innerSteps = 0;
  for (; innerSteps < maxInnerSteps && length > enough; innerSteps++) {
    const image = problem.hessianTimes(search);
    const curvature = dot(search, image);
    if (!(curvature > 0)) break;
    const along = length / curvature;
    addTimes(direction, along, search);
    addTimes(residual, -along, image);
    conditioned = problem.precondition(residual);
    const before = length;
    length = dot(residual, conditioned);
    for (let i = 0; i < problem.size; i++) search[i] = conditioned[i] + (length / before) * search[i];
  }
  return { direction, innerSteps };
}

interface Step {
  point: Float64Array;
  value: number;
  gradient: Float64Array;
  direction: Float64Array;
  slope: number;
}

/** Armijo's rule by halving; differences within the rounding of the value count as none. */
function lineSearch(
  problem: ConvexProblem,
  { point, value, gradient, direction, slope }: Step,
): { point: Float64Array; value: number } | undefined {
  const rounding = 1e-12 * Math.abs(value);
  for (let share = 1; share > 1e-12; share /= 2) {
    const next = point.map((at, i) => at + share * direction[i]);
    const found = problem.evaluate(next, gradient);
    if (found <= value + 1e-4 * share * slope + rounding) return { point: next, value: found };
  }
  return undefined;
}
