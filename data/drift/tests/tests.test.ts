import { describe, expect, it } from 'vitest';
import type { NumericSample, SampleTest, TestResult } from '../../../contracts/detector.ts';
import { sampleOf } from './fixture.ts';
import { categorySample, categoryTests, changedCategories, numericSample, numericTests } from './index.ts';
import { ksAsymptotic } from './ks.ts';
import parity from './parity/tests.json' with { type: 'json' };

function expectClose(actual: number | undefined, expected: number, within: number, name: string): void {
  const error = Math.abs((actual ?? Number.NaN) - expected);
  expect(error, `${name}: ${actual} for ${expected}`).toBeLessThanOrEqual(within);
}

function expectResult(result: TestResult, [statistic, pValue]: number[], relative: number, name: string) {
  // A statistic that is 0 in theory is rounding noise on either side; a p-value of 1e-200 is not.
  expectClose(result.statistic, statistic, Math.max(relative * Math.abs(statistic), 1e-15), name);
  if (pValue === undefined) expect(result.pValue).toBeUndefined();
  else expectClose(result.pValue, pValue, relative * pValue, `${name} p`);
}

const allNumeric: Record<string, Pick<SampleTest<NumericSample>, 'compare'>> = {
  ...numericTests,
  'ks-asymptotic': { compare: ksAsymptotic },
};

describe(`tests of two samples of numbers say what scipy ${parity.versions.scipy} says`, () => {
  it.each(parity.numeric)('$name', ({ reference, current, expected }) => {
    const [a, b] = [sampleOf(reference), sampleOf(current)];
    for (const [name, numbers] of Object.entries(expected))
      expectResult(allNumeric[name].compare(a, b), numbers, name === 'cramer-von-mises' ? 1e-6 : 1e-9, name);
  });

  it('every test has vectors', () => {
    const tested = new Set(parity.numeric.flatMap(({ expected }) => Object.keys(expected)));
    expect(Object.keys(numericTests).filter((name) => !tested.has(name))).toEqual([]);
  });
});

describe(`tests of two samples of categories say what scipy ${parity.versions.scipy} says`, () => {
  it.each(parity.categories)('$name', ({ table, expected }) => {
    const [a, b] = table.map((counts) => ({
      counts: new Map(counts.map((count, i) => [String(i), count])),
      total: counts.reduce((sum, count) => sum + count, 0),
    }));
    expect(Object.keys(expected).sort()).toEqual(Object.keys(categoryTests).sort());
    for (const [name, numbers] of Object.entries(expected))
      expectResult(categoryTests[name].compare(a, b), numbers, 1e-9, name);
  });
});

describe('what scipy has no answer to', () => {
  const constant = (value: number, n = 30) => numericSample(new Float64Array(n).fill(value));

  it('finds no difference between two equal constants', () => {
    for (const [name, test] of Object.entries(numericTests)) {
      const { statistic, pValue = 1 } = test.compare(constant(4), constant(4));
      expect([name, statistic === 0 || name === 'mann-whitney', pValue >= 0.25]).toEqual([name, true, true]);
    }
  });

  it('tells two different constants apart', () => {
    for (const name of ['ks', 'cramer-von-mises', 'mann-whitney', 't', 'z', 'anderson-darling'])
      expect(numericTests[name].compare(constant(4), constant(5)).pValue, name).toBeLessThanOrEqual(0.001);
    expect(numericTests.wasserstein.compare(constant(4), constant(5)).statistic).toBe(1);
  });

  it('answers one category on both sides with no difference', () => {
    const only = categorySample(['a', 'a', null]);
    expect(categoryTests['chi-square'].compare(only, only)).toEqual({ statistic: 0, pValue: 1 });
  });

  it.each(Object.values(numericTests))('$name says how many rows it needs', (test) => {
    const few = numericSample(new Float64Array(test.leastRows - 1));
    expect(() => test.compare(constant(1), few)).toThrow(
      expect.objectContaining({
        code: 'DATASET_TOO_SMALL',
        details: expect.objectContaining({ field: 'current', value: test.leastRows - 1 }),
      }),
    );
  });
});

describe('samples', () => {
  it('leaves out what is no finite number and sorts by value', () => {
    const sample = numericSample(Float64Array.of(10, Number.NaN, 9, -1, Number.POSITIVE_INFINITY));
    expect(sample).toEqual({ sorted: Float64Array.of(-1, 9, 10), mean: 6, variance: 37 });
    expect(numericSample(new Float64Array(1)).variance).toBeNaN();
  });

  it('keeps the variance of numbers far from zero', () => {
    const { mean, variance } = numericSample(Float64Array.from({ length: 1000 }, (_, i) => 1e9 + (i % 2)));
    expect(mean).toBe(1e9 + 0.5);
    expect(variance).toBeCloseTo(250 / 999, 12);
  });

  it('counts texts as it counts codes', () => {
    const texts = categorySample(['b', null, 'a', 'b']);
    const codes = categorySample({ codes: Int32Array.of(1, -1, 0, 1), labels: ['a', 'b', 'never'] });
    expect(Object.fromEntries(codes.counts)).toEqual({ a: 1, b: 2 });
    expect(Object.fromEntries(texts.counts)).toEqual({ a: 1, b: 2 });
    expect([texts.total, codes.total]).toEqual([3, 3]);
  });

  it('names categories that came and went, most frequent first', () => {
    const before = categorySample(['a', 'b', 'b', 'c']);
    const after = categorySample(['a', 'd', 'e', 'e']);
    expect(changedCategories(before, after)).toEqual({ appeared: ['e', 'd'], vanished: ['b', 'c'] });
  });
});
