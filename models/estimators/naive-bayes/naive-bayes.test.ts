import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Task } from '../../../contracts/estimator.ts';
import { naiveBayes } from '../naive-bayes.ts';
import { largestDifference, matrixOf, neverCancelled } from '../testing.ts';

const parity: {
  features: number[][];
  classes: number[];
  weights: number[];
  queries: number[][];
  cases: { varSmoothing: number; weighted: boolean; logProbabilities: number[][] }[];
} = JSON.parse(readFileSync(new URL('./parity/naive-bayes.json', import.meta.url), 'utf8'));

const target = Float64Array.from(parity.classes);
const weights = Float64Array.from(parity.weights);

describe.each(parity.cases)('as GaussianNB: smoothing $varSmoothing, weighted $weighted', (vector) => {
  const task: Task = { kind: 'classification', classes: 3, ordered: false };
  const { varSmoothing, weighted } = vector;
  const train = {
    features: matrixOf(parity.features),
    target,
    weights: weighted ? weights : undefined,
  };

  it('has its probabilities', async () => {
    const model = await naiveBayes.fit({ params: { varSmoothing }, train, seed: 0, task }, neverCancelled());
    const expected = Float64Array.from(vector.logProbabilities.flat(), Math.exp);
    expect(largestDifference(await model.predict(matrixOf(parity.queries)), expected)).toBeLessThan(1e-9);
  });
});

it('refuses a state whose parts do not belong together', async () => {
  const state = { names: ['a'], classes: 2, present: [0, 1], priors: [1], means: [[0]], variances: [[1]] };
  await expect(naiveBayes.load(Buffer.from(JSON.stringify(state)))).rejects.toMatchObject({
    code: 'ARTIFACT_CORRUPT',
  });
});
