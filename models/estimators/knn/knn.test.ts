import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LabelledRows, Task } from '../../../contracts/estimator.ts';
import { knn } from '../knn.ts';
import { parseParams } from '../params.ts';
import { largestDifference, matrixOf, neverCancelled, rowsOf } from '../testing.ts';

const parity: {
  features: number[][];
  target: number[];
  classes: number[];
  queries: number[][];
  cases: {
    neighbours: number;
    weighting: string;
    regression: number[];
    classification: number[][];
  }[];
} = JSON.parse(readFileSync(new URL('./parity/knn.json', import.meta.url), 'utf8'));

const regression: Task = { kind: 'regression' };
const threeClasses: Task = { kind: 'classification', classes: 3, ordered: false };
const fitKnn = (train: LabelledRows, task: Task, given: Record<string, string | number>) =>
  knn.fit(
    { params: parseParams(knn, given) as Parameters<typeof knn.fit>[0]['params'], train, seed: 3, task },
    neverCancelled(),
  );

describe.each(parity.cases)('as scikit-learn has it: $neighbours, $weighting', (vector) => {
  const { neighbours, weighting } = vector;
  const features = matrixOf(parity.features);
  const queries = matrixOf(parity.queries);

  it('predicts numbers', async () => {
    const train = { features, target: Float64Array.from(parity.target) };
    const model = await fitKnn(train, regression, { neighbours, weighting });
    const expected = Float64Array.from(vector.regression);
    expect(largestDifference(await model.predict(queries), expected)).toBeLessThan(1e-12);
  });

  it('predicts class shares', async () => {
    const train = { features, target: Float64Array.from(parity.classes) };
    const model = await fitKnn(train, threeClasses, { neighbours, weighting });
    const expected = Float64Array.from(vector.classification.flat());
    expect(largestDifference(await model.predict(queries), expected)).toBeLessThan(1e-12);
  });
});

it('gives ties to the earlier row', async () => {
  const train = { features: matrixOf([[1], [-1], [1], [-1]]), target: Float64Array.of(10, 20, 30, 40) };
  const model = await fitKnn(train, regression, { neighbours: 3 });
  expect([...(await model.predict(matrixOf([[0]])))]).toEqual([20]);
});

it('keeps a seeded draw of the rows where there are more than it may, and says so', async () => {
  const train = rowsOf(regression, 500, 1);
  const model = await fitKnn(train, regression, { maxRows: 100 });
  expect(model.diagnostics).toEqual({ trainingRows: 500, keptRows: 100 });
  const again = await fitKnn(train, regression, { maxRows: 100 });
  expect(Buffer.from(await again.save()).equals(await model.save())).toBe(true);
  const loaded = await knn.load(await model.save());
  expect(loaded.diagnostics).toEqual(model.diagnostics);
});
