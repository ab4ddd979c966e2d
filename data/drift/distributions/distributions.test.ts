import { describe, expect, it } from 'vitest';
import parity from '../tests/parity/tests.json' with { type: 'json' };
import { chiSquareSurvival } from './chi-square.ts';
import { kolmogorovSurvival } from './kolmogorov.ts';
import { smirnov } from './smirnov.ts';

const { distributions, versions } = parity;

/** Relative, but to 1 where the tail is taken as 1 less the other one, as scipy takes it too. */
function expectTail(actual: number, expected: number, name: string): void {
  const tolerance = expected > 0.01 ? 1e-12 : 1e-10 * expected;
  expect(Math.abs(actual - expected), `${name}: ${actual} for ${expected}`).toBeLessThanOrEqual(tolerance);
}

describe(`upper tails of scipy ${versions.scipy}`, () => {
  it('of Kolmogorov, in every branch of Simard and L’Ecuyer', () => {
    for (const [n, x, expected] of distributions.kolmogorov)
      expectTail(kolmogorovSurvival(n, x), expected, `kolmogorov ${n} ${x}`);
  });

  it('of Smirnov', () => {
    for (const [n, x, expected] of distributions.smirnov)
      expectTail(smirnov(n, x), expected, `smirnov ${n} ${x}`);
  });

  it('of chi-square, to 1e-200 and to 20,000 degrees of freedom', () => {
    for (const [x, freedom, expected] of distributions.chiSquare)
      expectTail(chiSquareSurvival(x, freedom), expected, `chi-square ${x} ${freedom}`);
    expect(Math.min(...distributions.chiSquare.map(([, , expected]) => expected))).toBeLessThan(1e-190);
  });

  it('answers the ends', () => {
    expect([chiSquareSurvival(0, 3), chiSquareSurvival(Number.POSITIVE_INFINITY, 3)]).toEqual([1, 0]);
    expect(chiSquareSurvival(1, 0)).toBeNaN();
    expect([kolmogorovSurvival(10, 0), kolmogorovSurvival(10, 1), smirnov(10, 0), smirnov(10, 1)]).toEqual([
      1, 0, 1, 0,
    ]);
  });
});
