import { logit } from './state.ts';

const maximumSteps = 100;

/**
 * Slope and intercept of Platt's scaling (1999) on the log-odds, with his smoothed targets, by Newton's method with
 * halved steps (Lin, Lin & Weng 2007): the objective of scikit-learn's `_SigmoidCalibration`.
 */
export function fitPlatt(
  probabilities: Float64Array,
  isClass: Uint8Array,
): { slope: number; intercept: number } {
  const scores = probabilities.map(logit);
  const ofClass = isClass.reduce((sum, is) => sum + is, 0);
  const [high, low] = [(ofClass + 1) / (ofClass + 2), 1 / (isClass.length - ofClass + 2)];
  const targets = Float64Array.from(isClass, (is) => (is === 1 ? high : low));
  let slope = 0;
  let intercept = Math.log((ofClass + 1) / (isClass.length - ofClass + 1));
  let loss = lossOf(scores, targets, slope, intercept);
  for (let step = 0; step < maximumSteps; step++) {
    const [bySlope, byIntercept] = newtonStep(scores, targets, slope, intercept);
    let share = 1;
    let next = lossOf(scores, targets, slope + bySlope, intercept + byIntercept);
    while (next > loss && share > 1e-10) {
      share /= 2;
      next = lossOf(scores, targets, slope + share * bySlope, intercept + share * byIntercept);
    }
    if (next > loss) break;
    slope += share * bySlope;
    intercept += share * byIntercept;
    const isDone = loss - next <= 1e-14 * loss;
    loss = next;
    if (isDone) break;
  }
  return { slope, intercept };
}

/** Σ −t·log(p) − (1 − t)·log(1 − p), without overflow. */
function lossOf(scores: Float64Array, targets: Float64Array, slope: number, intercept: number): number {
  let sum = 0;
  for (let row = 0; row < scores.length; row++) {
    const z = slope * scores[row] + intercept;
    sum += Math.max(z, 0) - targets[row] * z + Math.log1p(Math.exp(-Math.abs(z)));
  }
  return sum;
}

function newtonStep(
  scores: Float64Array,
  targets: Float64Array,
  slope: number,
  intercept: number,
): [slope: number, intercept: number] {
  // A trace of curvature keeps the step finite where all scores are the same.
  let [aa, ab, bb] = [1e-12, 0, 1e-12];
  let [a, b] = [0, 0];
  for (let row = 0; row < scores.length; row++) {
    const p = 1 / (1 + Math.exp(-(slope * scores[row] + intercept)));
    const curvature = p * (1 - p);
    aa += curvature * scores[row] * scores[row];
    ab += curvature * scores[row];
    bb += curvature;
    a += (targets[row] - p) * scores[row];
    b += targets[row] - p;
  }
  const determinant = aa * bb - ab * ab;
  if (determinant <= 1e-14 * aa * bb) return [0, b / bb];
  return [(bb * a - ab * b) / determinant, (aa * b - ab * a) / determinant];
}
