import { describe, expect, it } from 'vitest';
import { createRandom } from '../../generators/random.ts';
import parity from '../tests/parity/tests.json' with { type: 'json' };
import { benjaminiHochberg, benjaminiYekutieli, holm, onlineLevel, onlineObserve } from './index.ts';

describe('corrections over the columns of one check', () => {
  it.each(parity.corrections)('scipy and statsmodels, case %#', ({ p, ...expected }) => {
    for (const [correct, adjusted] of [
      [benjaminiHochberg, expected.benjaminiHochberg],
      [benjaminiYekutieli, expected.benjaminiYekutieli],
      [holm, expected.holm],
    ] as const)
      for (const [i, value] of correct(p).entries())
        expect(Math.abs(value - adjusted[i])).toBeLessThanOrEqual(1e-14 * adjusted[i]);
  });

  it('of nothing is nothing', () => {
    expect([benjaminiHochberg([]), benjaminiYekutieli([]), holm([])]).toEqual([[], [], []]);
  });
});

describe.each(['lord++', 'saffron'] as const)('online false discovery control by %s', (method) => {
  const options = { method, level: 0.05 };

  /** 300 tests, of which the given share are of drifted columns, with p-values that are 12th powers. */
  function run(random: () => number, share: number) {
    let bonferroni = 0;
    let state: unknown;
    let [found, falsely] = [0, 0];
    for (let i = 0; i < 300; i++) {
      const isDrift = random() < share;
      const pValue = random() ** (isDrift ? 12 : 1);
      const judged = onlineObserve(state, pValue, options);
      state = JSON.parse(JSON.stringify(judged.state));
      if (judged.rejected && isDrift) found++;
      if (judged.rejected && !isDrift) falsely++;
      if (isDrift && pValue <= options.level / 300) bonferroni++;
    }
    return { found, falsely, bonferroni };
  }

  it('keeps the false discovery rate over 300 tests, with and without drift', () => {
    const rateOf = (share: number): number => {
      const random = createRandom(5);
      let sum = 0;
      for (let i = 0; i < 200; i++) {
        const { found, falsely } = run(random, share);
        sum += falsely / Math.max(found + falsely, 1);
      }
      return sum / 200;
    };
    expect(rateOf(0)).toBeLessThanOrEqual(0.05);
    expect(rateOf(0.2)).toBeLessThanOrEqual(0.05);
  });

  it('finds more than Bonferroni over as many tests', () => {
    const runs = Array.from({ length: 40 }, (_, i) => run(createRandom(i), 0.3));
    const online = runs.reduce((sum, { found }) => sum + found, 0);
    const bonferroni = runs.reduce((sum, run) => sum + run.bonferroni, 0);
    expect(online).toBeGreaterThan(bonferroni * 1.1);
  });

  it('spends at most its level where nothing is ever rejected', () => {
    let state: unknown;
    let spent = 0;
    for (let i = 0; i < 5000; i++) {
      const { level, state: next } = onlineObserve(state, 0.9, options);
      spent += level;
      state = next;
    }
    expect(spent).toBeGreaterThan(0);
    expect(spent).toBeLessThanOrEqual(0.05);
  });

  it('stays small and goes down when it forgets', () => {
    let state: unknown;
    for (let i = 0; i < 1000; i++) state = onlineObserve(state, 0, options).state;
    const { level, state: kept } = onlineLevel(state, options);
    expect(kept.rejections).toHaveLength(200);
    expect(kept.rejected).toBe(1000);
    expect(kept.rejections[0]).toEqual([1, 1]);
    expect(level).toBeGreaterThan(0.01);
  });

  it('refuses a state that is none', () => {
    expect(() => onlineLevel({ tests: -1 }, options)).toThrow(
      expect.objectContaining({ code: 'DRIFT_STATE_INVALID' }),
    );
  });
});
