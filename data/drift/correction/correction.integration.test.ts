import { describe, expect, it } from 'vitest';
import { createRandom } from '../../generators/random.ts';
import { onlineObserve } from './index.ts';

describe.each(['lord++', 'saffron'] as const)('online false discovery control by %s, simulated', (method) => {
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
});
