import { describe, expect, it } from 'vitest';
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
