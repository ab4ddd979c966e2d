import { describe, expect, it } from 'vitest';
import type { FitInput, LabelledRows, Member } from '../../../contracts/estimator.ts';
import { estimator, parseParams } from '../index.ts';
import { neverCancelled } from '../testing.ts';

/** Two lines that cross: y = x up to 5, y = 20 − 3x above. */
function rows(): LabelledRows {
  const x = Float64Array.from({ length: 101 }, (_, at) => at / 10);
  return {
    features: { rows: x.length, names: ['one', 'x'], data: pairs(x) },
    target: x.map((value) => (value <= 5 ? value : 20 - 3 * value)),
  };
}
const pairs = (x: Float64Array): Float64Array =>
  Float64Array.from([...x].flatMap((value) => [-value, value]));

const line: Member = { name: 'line', estimator: 'linear', params: {} };
const fitSegments = (given: Record<string, string>, members = [line, line], train = rows()) => {
  const input: FitInput<unknown> = {
    params: parseParams(estimator('segmented'), given),
    train,
    seed: 1,
    task: { kind: 'regression' },
    members,
  };
  return estimator('segmented').fit(input, neverCancelled());
};

describe('segmented', () => {
  it('learns each range of a feature by itself', async () => {
    const model = await fitSegments({ feature: 'x', bounds: '5' });
    const { features, target } = rows();
    const predicted = await model.predict(features);
    expect(Math.max(...predicted.map((value, row) => Math.abs(value - target[row])))).toBeLessThan(1e-9);
  });

  it('takes even shares of the rows where it is not told', async () => {
    const model = await fitSegments({ feature: 'x' });
    expect(model.diagnostics).toMatchObject({ bounds: [5] });
  });

  it('counts a missing value as below all bounds', async () => {
    const constant = rows();
    const train = { ...constant, target: constant.target.map((_, row) => (row <= 50 ? 1 : 2)) };
    const trees: Member = { name: 'trees', estimator: 'xgboost', params: { rounds: 50, learningRate: 1 } };
    const model = await fitSegments({ feature: 'x', bounds: '5' }, [trees, trees], train);
    const missing = { rows: 1, names: ['one', 'x'], data: Float64Array.of(Number.NaN, Number.NaN) };
    expect((await model.predict(missing))[0]).toBeCloseTo(1, 5);
  });

  it.each([
    [{ feature: 'y' }, 'params.feature'],
    [{ feature: 'x', bounds: '1 2' }, 'params.bounds'],
  ])('refuses %j', async (given, field) => {
    await expect(fitSegments(given)).rejects.toMatchObject({ code: 'PIPELINE_INVALID', details: { field } });
  });

  it('refuses bounds that do not ascend', async () => {
    await expect(fitSegments({ feature: 'x', bounds: '5 5' }, [line, line, line])).rejects.toMatchObject({
      details: { expected: '2 ascending numbers, between 3 members' },
    });
  });
});
