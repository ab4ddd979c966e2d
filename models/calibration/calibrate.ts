import { valueAt } from './isotonic.ts';
import { type CalibrationState, calibratedClasses, leastProbability, logit } from './state.ts';

/**
 * Calibrated probabilities, row-major, `classes` per row, each row adding up to 1. Where all of a row's parts would
 * be 0, every class is equally likely.
 */
export function calibrate(
  state: CalibrationState,
  probabilities: Float64Array,
  classes: number,
): Float64Array {
  if (state.method === 'none') return probabilities;
  if (state.method === 'temperature') return heated(probabilities, classes, 1 / state.temperature);
  if (state.method === 'bias-corrected')
    return heated(probabilities, classes, 1 / state.temperature, state.biases);
  const calibrated = new Float64Array(probabilities.length);
  const rows = probabilities.length / classes;
  calibratedClasses(classes).forEach((k, part) => {
    for (let row = 0; row < rows; row++)
      calibrated[row * classes + k] = partOf(state, part, probabilities[row * classes + k]);
  });
  if (classes === 2) for (let row = 0; row < rows; row++) calibrated[2 * row] = 1 - calibrated[2 * row + 1];
  else normalise(calibrated, classes);
  return calibrated;
}

function partOf(
  state: CalibrationState & { method: 'platt' | 'isotonic' },
  part: number,
  probability: number,
): number {
  if (state.method === 'isotonic') return valueAt(state.knots[part], probability);
  return 1 / (1 + Math.exp(-(state.slopes[part] * logit(probability) + state.intercepts[part])));
}

function heated(
  probabilities: Float64Array,
  classes: number,
  inverse: number,
  biases = new Array<number>(classes).fill(0),
): Float64Array {
  const powers = probabilities.map((p, i) =>
    Math.exp(inverse * Math.log(Math.max(leastProbability, p)) + biases[i % classes]),
  );
  normalise(powers, classes);
  return powers;
}

function normalise(values: Float64Array, classes: number): void {
  for (let start = 0; start < values.length; start += classes) {
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += values[start + k];
    for (let k = 0; k < classes; k++) values[start + k] = sum === 0 ? 1 / classes : values[start + k] / sum;
  }
}
