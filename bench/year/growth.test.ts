import { describe, expect, it } from 'vitest';
import { createNormal, createRandom } from '../../data/generators/random.ts';
import { growthOf } from './growth.ts';

const readings = (valueAt: (runs: number) => number) =>
  Array.from({ length: 100 }, (_, at) => ({ runs: 20 * at, value: valueAt(20 * at) }));

describe('growthOf', () => {
  it('finds a leak under noise, and its interval holds the truth', () => {
    const normal = createNormal(createRandom(1));
    const { per100Runs, low, high } = growthOf(readings((runs) => 70 + runs / 100 + normal()));
    expect(low).toBeGreaterThan(0.7);
    expect(high).toBeLessThan(1.3);
    expect(per100Runs).toBeGreaterThan(0.85);
    expect(per100Runs).toBeLessThan(1.15);
  });

  it('does not take a warm-up for a leak', () => {
    const normal = createNormal(createRandom(2));
    const { early, late, low, high } = growthOf(
      readings((runs) => 70 - 30 * Math.exp(-runs / 150) + normal()),
    );
    expect(low).toBeLessThan(0);
    expect(high).toBeLessThan(0.3);
    expect(Math.abs(late - early)).toBeLessThan(1);
  });

  it('knows nothing after few readings', () => {
    const few = [0, 6, 12, 18].map((runs) => ({ runs, value: 70 }));
    expect(growthOf(few)).toMatchObject({ per100Runs: 0, low: null, high: null });
  });
});
