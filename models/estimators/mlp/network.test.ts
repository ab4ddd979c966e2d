import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { largestDifference } from '../testing.ts';
import { adamStep } from './adam.ts';
import { type Batch, forward, gradientOf, type NetworkShape } from './network.ts';

const parity: {
  features: number[][];
  target: number[];
  classes: number[];
  cases: {
    name: 'regression' | 'classification';
    sizes: number[];
    alpha: number;
    steps: number;
    learningRate: number;
    parameters: number[];
    predicted: number[] | number[][];
    gradient: number[];
    after: number[];
  }[];
} = JSON.parse(readFileSync(new URL('./parity/mlp.json', import.meta.url), 'utf8'));

const features = Float64Array.from(parity.features.flat());

describe.each(parity.cases)('as scikit-learn has it: $name, $sizes', (vector) => {
  const { name, sizes, alpha, steps, learningRate } = vector;
  const shape: NetworkShape = { sizes, link: name === 'regression' ? 'identity' : 'softmax' };
  const target = Float64Array.from(name === 'regression' ? parity.target : parity.classes);
  const parameters = Float64Array.from(vector.parameters);

  it('predicts', () => {
    const layers = forward(shape, parameters, features);
    const expected = Float64Array.from(vector.predicted.flat());
    expect(largestDifference(layers[layers.length - 1], expected)).toBeLessThan(1e-12);
  });

  it('has the gradient', () => {
    const gradient = gradientOf(shape, parameters, { features, target }, alpha);
    expect(largestDifference(gradient, Float64Array.from(vector.gradient))).toBeLessThan(1e-12);
  });

  it('is where Adam is after some steps', () => {
    const moved = Float64Array.from(parameters);
    const moments = {
      means: new Float64Array(moved.length),
      squares: new Float64Array(moved.length),
    };
    for (let step = 1; step <= steps; step++)
      adamStep(moved, gradientOf(shape, moved, { features, target }, alpha), moments, step, learningRate);
    expect(largestDifference(moved, parameters)).toBeGreaterThan(0.05);
    expect(largestDifference(moved, Float64Array.from(vector.after))).toBeLessThan(1e-9);
  });

  it('counts a row of weight 2 like two rows', () => {
    const batch: Batch = { features, target };
    const rows = target.length;
    const doubled: Batch = {
      features: Float64Array.of(...features, ...features.subarray(0, sizes[0])),
      target: Float64Array.of(...target, target[0]),
    };
    // The loss is divided by the number of rows, not by the sum of the weights.
    const weights = Float64Array.from(
      { length: rows },
      (_, row) => (row === 0 ? 2 : 1) * (rows / (rows + 1)),
    );
    const weighted = gradientOf(shape, parameters, { ...batch, weights }, 0);
    expect(largestDifference(weighted, gradientOf(shape, parameters, doubled, 0))).toBeLessThan(1e-12);
  });
});
