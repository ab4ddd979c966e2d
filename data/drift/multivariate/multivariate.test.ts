import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createNormal, createRandom } from '../../generators/random.ts';
import {
  aucTest,
  domainDrift,
  hotelling,
  linearMmd,
  type Matrix,
  mahalanobis,
  mmd,
  reconstruction,
} from './index.ts';

interface Case {
  x: number[][];
  y: number[][];
  mmd: [number, number];
  linear: [number, number];
  hotelling: [number, number];
  auc: [number, number];
  mahalanobis: number[];
}

const { cases } = JSON.parse(readFileSync(new URL('parity/multivariate.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

const matrix = (rows: number[][]): Matrix => ({
  rows: rows.length,
  width: rows[0].length,
  values: Float64Array.from(rows.flat()),
});

const expectNear = (value: number, wanted: number, relative = 1e-9) =>
  expect(Math.abs(value - wanted) / Math.max(Math.abs(wanted), 1e-300)).toBeLessThan(relative);

describe.each(cases.map((given, index) => ({ index, ...given })))('case $index', (given) => {
  const [x, y] = [matrix(given.x), matrix(given.y)];

  it("has numpy's MMD", () => {
    const { statistic, bandwidth } = mmd(x, y, 1, 0);
    expectNear(bandwidth, given.mmd[0]);
    expectNear(statistic, given.mmd[1], 1e-8);
  });

  it("has numpy's linear-time MMD", () => {
    const { statistic, pValue } = linearMmd(x, y);
    expectNear(statistic, given.linear[0], 1e-8);
    expectNear(pValue, given.linear[1], 1e-8);
  });

  it("has scipy's tail of Hotelling's T²", () => {
    const { statistic, pValue } = hotelling(x, y);
    expectNear(statistic, given.hotelling[0]);
    expectNear(pValue, given.hotelling[1], 1e-8);
  });

  it("has numpy's Mahalanobis distances", () => {
    for (const [row, distance] of given.mahalanobis.entries()) expectNear(mahalanobis(x, y)[row], distance);
  });

  it("has scipy's AUC and its test, with ties", () => {
    const first = (rows: number[][]) => Float64Array.from(rows, ([value]) => Number(value.toFixed(1)));
    const { auc, pValue } = aucTest(first(given.x), first(given.y));
    expectNear(auc, given.auc[0]);
    expectNear(pValue, given.auc[1]);
  });
});

/** Normal rows of four inputs; neighbours go together by `correlation`. */
function rowsOf(rows: number, seed: number, { shift = 0, scale = 1, correlation = 0 } = {}): Matrix {
  const normal = createNormal(createRandom(seed));
  return matrix(
    Array.from({ length: rows }, () => {
      const common = normal();
      return Array.from(
        { length: 4 },
        (_, input) =>
          scale * (Math.sqrt(correlation) * common + Math.sqrt(1 - correlation) * normal()) +
          (input === 0 ? shift : 0),
      );
    }),
  );
}

/** Share of seeded comparisons whose p-value is at most 5 %. */
function alarms(test: (seed: number) => number, runs: number): number {
  return (
    Array.from({ length: runs }, (_, run) => test(run + 1)).filter((pValue) => pValue <= 0.05).length / runs
  );
}

const tests: [string, (reference: Matrix, current: Matrix, seed: number) => { pValue: number }][] = [
  ['mmd', (reference, current, seed) => mmd(reference, current, seed, 39)],
  ['linear mmd', linearMmd],
  ['hotelling', hotelling],
  ['reconstruction', reconstruction],
  ['domain classifier', domainDrift],
];

describe.each(tests)('%s', (_, test) => {
  it('keeps its level where nothing drifted', () => {
    const share = alarms((seed) => test(rowsOf(60, seed), rowsOf(60, seed + 5000), seed).pValue, 200);
    expect(share).toBeLessThan(0.085);
  });

  it('gives the same answer twice', () => {
    const [reference, current] = [rowsOf(60, 1), rowsOf(70, 2)];
    expect(test(reference, current, 7)).toEqual(test(reference, current, 7));
  });
});

describe('what each finds', () => {
  const found = (test: (typeof tests)[number][1], change: Parameters<typeof rowsOf>[2], rows = 400) =>
    alarms((seed) => test(rowsOf(rows, seed), rowsOf(rows, seed + 5000, change), seed).pValue, 12);

  it('a moved input: all but the reconstruction', () => {
    expect(found(tests[0][1], { shift: 0.5 }, 150)).toBeGreaterThan(0.9);
    expect(found(hotelling, { shift: 0.5 })).toBe(1);
    expect(found(domainDrift, { shift: 0.5 })).toBe(1);
    expect(found(linearMmd, { shift: 1.5 })).toBeGreaterThan(0.9);
  });

  it('inputs that go together as they did not: the classifier, the kernel and the reconstruction', () => {
    expect(found(domainDrift, { correlation: 0.6 })).toBe(1);
    expect(found(tests[0][1], { correlation: 0.8 }, 150)).toBeGreaterThan(0.9);
    expect(found(reconstruction, { correlation: 0.8 })).toBeGreaterThan(0.8);
  });

  it('a wider spread: the classifier, where means say nothing', () => {
    expect(found(domainDrift, { scale: 1.4 })).toBe(1);
  });
});

describe('odd inputs', () => {
  it('missing values, infinities and constant columns make no alarm and no NaN', () => {
    const normal = createNormal(createRandom(1));
    const rows = (fill: number) => matrix(Array.from({ length: 100 }, () => [normal(), fill, 3]));
    for (const fill of [Number.NaN, Number.POSITIVE_INFINITY, 0]) {
      const { auc, pValue } = domainDrift(rows(fill), rows(fill), 1);
      expect(pValue).toBeGreaterThan(0.001);
      expect(auc).toBeGreaterThan(0.3);
    }
  });

  it('a few rows say nothing', () => {
    expect(domainDrift(rowsOf(10, 1), rowsOf(500, 2, { shift: 9 }), 1)).toEqual({ auc: 0.5, pValue: 1 });
  });

  it('classes that a line parts', () => {
    const { auc, pValue } = domainDrift(rowsOf(200, 1), rowsOf(200, 2, { shift: 50 }), 1);
    expect(auc).toBeCloseTo(1, 6);
    expect(pValue).toBeLessThan(1e-30);
  });

  it('columns that repeat one another', () => {
    const repeated = ({ rows, values }: Matrix): Matrix => ({
      rows,
      width: 2,
      values: Float64Array.from({ length: 2 * rows }, (_, place) => values[4 * (place >> 1)]),
    });
    const [one, other] = [rowsOf(50, 1), rowsOf(50, 2)];
    const single = ({ rows, values }: Matrix): Matrix => ({
      rows,
      width: 1,
      values: values.filter((_, i) => i % 4 === 0),
    });
    expectNear(
      hotelling(repeated(one), repeated(other)).pValue,
      hotelling(single(one), single(other)).pValue,
      1e-6,
    );
  });
});
