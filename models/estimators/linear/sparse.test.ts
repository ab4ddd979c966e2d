import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import answerTo from './fit.worker.ts';
import type { LinearFit, LinearMethod, LinearRows, Sign } from './protocol.ts';

interface ParityCase {
  name: string;
  features: number[][];
  target: number[];
  weights: number[] | null;
  positive: boolean;
  fits: { alpha: number; l1Ratio: number; coefficients: number[] }[];
  ridge: number[];
  leastSquares: number[];
}
const { sparse }: { sparse: ParityCase[] } = JSON.parse(
  readFileSync(new URL('./parity/classes.json', import.meta.url), 'utf8'),
);

const rowsOf = ({
  features,
  target,
  weights,
}: Pick<ParityCase, 'features' | 'target' | 'weights'>): LinearRows => ({
  rows: features.length,
  names: features[0].map((_, j) => `x${j}`),
  features: Float64Array.from(features.flat()),
  target: Float64Array.from(target),
  weights: weights ? Float64Array.from(weights) : undefined,
});
function fitted(data: LinearRows, method: LinearMethod, signs: Sign[] = data.names.map(() => 0)): LinearFit {
  const answer = answerTo({ ...method, data, signs });
  if (answer.state !== 'done') throw new Error(answer.state);
  return answer.fit;
}
const all = ({ intercept, coefficients }: LinearFit): number[] => [intercept, ...coefficients];
function expectNear(actual: number[], expected: number[], relative = 1e-7): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i] - value)).toBeLessThanOrEqual(relative * Math.max(1e-3, Math.abs(value)));
  });
}

describe.each(sparse)('as scikit-learn has it: $name', (vector) => {
  const data = rowsOf(vector);
  const signs = data.names.map((): Sign => (vector.positive ? 1 : 0));

  it.each(vector.fits)('elastic net, alpha $alpha, l1 ratio $l1Ratio', ({ coefficients, alpha, l1Ratio }) => {
    const found = fitted(data, { kind: 'elastic-net', alpha, l1Ratio }, signs);
    expectNear(all(found), coefficients);
    const zeros = (values: number[]) => values.map((value) => value === 0);
    expect(zeros(found.coefficients)).toEqual(zeros(coefficients.slice(1)));
    expect(found.diagnostics?.leftOut).toEqual(data.names.filter((_, j) => coefficients[j + 1] === 0));
    expect(found.diagnostics?.dualityGap).toBeLessThan(1e-10);
  });

  it('ridge and least squares', () => {
    expectNear(all(fitted(data, { kind: 'ridge', alpha: 0.5 }, signs)), vector.ridge);
    expectNear(all(fitted(data, { kind: 'least-squares' }, signs)), vector.leastSquares);
  });
});

describe('slopes that must have a sign', () => {
  const features = Array.from({ length: 60 }, (_, i) => [
    Math.sin(i),
    Math.cos(3 * i),
    Math.sin(i) + 0.3 * Math.cos(5 * i),
  ]);
  const target = features.map(([a, b, c], i) => 2 * a - b - 3 * c + 0.1 * Math.cos(11 * i));
  const data = rowsOf({ features, target, weights: null });
  const methods: LinearMethod[] = [
    { kind: 'least-squares' },
    { kind: 'ridge', alpha: 0.1 },
    { kind: 'elastic-net', alpha: 0.001, l1Ratio: 0.5 },
  ];

  it.each(methods)('$kind holds a slope at 0 rather than let it have the other one', (method) => {
    const free = fitted(data, method).coefficients;
    expect(free.map(Math.sign)).toEqual([1, -1, -1]);
    const { coefficients } = fitted(data, method, [0, 1, 1]);
    expect(coefficients.slice(1)).toEqual([0, 0]);
    expect(Math.sign(coefficients[0])).toBe(-1);
    expectNear(fitted(data, method, [1, -1, -1]).coefficients, free);
  });

  it('says which columns that were', () => {
    const { dropped } = fitted(data, { kind: 'least-squares' }, [0, 1, 1]).diagnostics as {
      dropped: unknown;
    };
    expect(dropped).toEqual([
      { name: 'x1', reason: 'constraint' },
      { name: 'x2', reason: 'constraint' },
    ]);
  });
});

it('finds the minimum where two columns are almost the same', () => {
  const features = Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.sin(i) + 1e-5 * Math.cos(7 * i)]);
  const target = features.map(([a], i) => 3 * a + 0.01 * Math.cos(i));
  const data = rowsOf({ features, target, weights: null });
  const { coefficients, diagnostics } = fitted(data, { kind: 'elastic-net', alpha: 1e-4, l1Ratio: 0.5 });
  expect(coefficients[0] + coefficients[1]).toBeCloseTo(3, 2);
  expect(diagnostics?.dualityGap).toBeLessThan(1e-9);
});
