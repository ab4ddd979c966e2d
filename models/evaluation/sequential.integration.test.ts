import { describe, expect, it } from 'vitest';
import { classes, contest, type Draw, level, numbers, seeds } from './testing.ts';

const share = (verdict: string, draw: Draw): number =>
  seeds.filter((seed) => contest(seed, draw).verdict === verdict).length / seeds.length;

describe('confidenceSequence, simulated', () => {
  it('calls an equal challenger better or worse in no more than the level of contests, looking at all times', () => {
    for (const draw of [classes(0.2, 0.5), classes(0.9, 0.5), numbers(0, 0.05), numbers(0, 0.4)])
      expect(share('open', draw)).toBeGreaterThanOrEqual(1 - level);
  });

  it('finds a better and a worse one', () => {
    expect(share('better', classes(0.2, 0.75))).toBe(1);
    expect(share('worse', classes(0.2, 0.25))).toBe(1);
    expect(share('better', numbers(-0.04, 0.2))).toBe(1);
    expect(share('worse', numbers(0.04, 0.2))).toBe(1);
  });
});
