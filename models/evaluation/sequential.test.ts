import { describe, expect, it } from 'vitest';
import { seededRandom } from '../random.ts';
import { confidenceSequence, pairsToTell } from './sequential.ts';
import { classes, contest, level, numbers, seeds } from './testing.ts';

describe('confidenceSequence', () => {
  it('stops a far worse one within a hundred rows', () => {
    const ends = seeds.map((seed) => contest(seed, classes(0.5, 0.1)).at).sort((a, b) => a - b);
    expect(ends[Math.floor(0.95 * ends.length)]).toBeLessThanOrEqual(100);
  });

  it('does not depend on the order of the rows, and is the mirror of itself', () => {
    const random = seededRandom(3, 'order');
    const rows = Float64Array.from({ length: 500 }, () => classes(0.4, 0.6)(random));
    const shuffled = rows.slice();
    random.shuffle(shuffled);
    const [one, other, mirrored] = [rows, shuffled, rows.map((value) => -value)].map((values) =>
      confidenceSequence(values, level),
    );
    expect(other.low).toBeCloseTo(one.low, 9);
    expect(mirrored.high).toBeCloseTo(-one.low, 9);
    expect(mirrored.low).toBeCloseTo(-one.high, 9);
    expect(one.low).toBeLessThan(one.mean);
    expect(one.high).toBeGreaterThan(one.mean);
  });

  it('knows nothing without rows, and holds for rows that are all alike', () => {
    expect(confidenceSequence(new Float64Array(0), level)).toMatchObject({ pairs: 0, low: -1, high: 1 });
    const same = confidenceSequence(new Float64Array(1000), level);
    expect(same.low).toBeLessThan(0);
    expect(same.high).toBeGreaterThan(0);
    expect(same.high).toBeLessThan(0.02);
  });

  it('says about how many rows it will take', () => {
    const random = seededRandom(9, 'needed');
    const draw = numbers(-0.03, 0.2);
    const wanted = pairsToTell(0.03, 0.04, level);
    const rows = Float64Array.from({ length: 4 * Math.ceil(wanted) }, () => draw(random));
    expect(confidenceSequence(rows.subarray(0, Math.floor(wanted / 3)), level).high).toBeGreaterThan(0);
    expect(confidenceSequence(rows, level).high).toBeLessThan(0);
  });
});
