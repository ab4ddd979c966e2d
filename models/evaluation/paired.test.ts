import { describe, expect, it } from 'vitest';
import { dieboldMariano, erfc, fairCoinAtMost, mcNemar, normalAbove } from './paired.ts';
import parity from './parity/paired.json' with { type: 'json' };

const near = (value: number, expected: number, tolerance = 1e-9): void =>
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(tolerance * Math.abs(expected));

describe(`as statsmodels ${parity.statsmodels}`, () => {
  it.each(parity.tables)('McNemar with $onlyChallenger against $onlyChampion', (table) => {
    const { onlyChallenger, onlyChampion } = table;
    const rows = [
      ...new Array(onlyChallenger).fill([0, 1]),
      ...new Array(onlyChampion).fill([1, 0]),
      ...new Array(20).fill([0, 0]),
      ...new Array(7).fill([1, 1]),
    ];
    const found = mcNemar(
      rows.map(([challenger]) => challenger),
      rows.map(([, champion]) => champion),
    );
    near(found.statistic, table.statistic);
    near(found.pValue, table.pValue);
    expect(found.detail).toEqual({ onlyChallengerRight: onlyChallenger, onlyChampionRight: onlyChampion });
  });

  it.each(parity.series)('Diebold–Mariano with $lags lags, statistic $statistic', (series) => {
    const found = dieboldMariano(Float64Array.from(series.differences), series.ordered);
    expect(found.detail.lags).toBe(series.lags);
    near(found.statistic, series.statistic);
    near(found.pValue, series.pValue);
  });
});

it('has the tails of the normal distribution', () => {
  for (const { x, erfc: expected } of parity.tails) near(erfc(x), expected, 1e-12);
  near(normalAbove(-1.5) + normalAbove(1.5), 1);
});

it('says nothing of models that differ nowhere', () => {
  expect(mcNemar([0, 1, 1], [0, 1, 1]).pValue).toBe(1);
  expect(dieboldMariano(new Float64Array(50), true)).toMatchObject({ statistic: 0, pValue: 1 });
  expect(fairCoinAtMost(0, 0)).toBe(1);
});
