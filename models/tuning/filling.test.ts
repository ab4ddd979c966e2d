import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../contracts/estimator.ts';
import { seededRandom } from '../random.ts';
import { fillingPoint } from './filling.ts';

const unit = (count: number): [string, Dimension][] =>
  Array.from({ length: count }, (_, i) => [`x${i}`, { kind: 'float', low: 0, high: 1 }]);

/** Shortest distance between any two of the first points, on the torus. */
function leastDistance(points: number[][]): number {
  const distances = points.flatMap((a, i) =>
    points.slice(0, i).map((b) =>
      Math.hypot(
        ...a.map((value, k) => {
          const apart = Math.abs(value - b[k]);
          return Math.min(apart, 1 - apart);
        }),
      ),
    ),
  );
  return Math.min(...distances);
}

const pointsOf = (dimensions: [string, Dimension][], count: number, seed: number): number[][] =>
  Array.from({ length: count }, (_, trial) =>
    Object.values(fillingPoint(dimensions, trial, seed)).map(Number),
  );

describe('the points that a search begins with', () => {
  it('follow the golden ratio in one dimension and the plastic number in two', () => {
    const step = (dimensions: number, place: number) => {
      const [first, second] = pointsOf(unit(dimensions), 2, 7);
      return (1 + second[place] - first[place]) % 1;
    };
    expect(step(1, 0)).toBeCloseTo(0.6180339887, 9);
    expect(step(2, 0)).toBeCloseTo(0.7548776662, 9);
    expect(step(2, 1)).toBeCloseTo(0.569840291, 9);
  });

  it('keep further apart than drawn ones', () => {
    const closest = (pointsFor: (seed: number) => number[][]): number =>
      Math.min(...Array.from({ length: 40 }, (_, seed) => leastDistance(pointsFor(seed))));
    const drawn = (seed: number): number[][] => {
      const random = seededRandom(seed, 'drawn');
      return Array.from({ length: 10 }, () => Array.from({ length: 6 }, () => random.next()));
    };
    expect(closest((seed) => pointsOf(unit(6), 10, seed))).toBeGreaterThan(1.5 * closest(drawn));
  });

  it('are other ones for another seed, and reach every option and whole number', () => {
    const space: [string, Dimension][] = [
      ['a', { kind: 'choice', options: ['x', 'y', 'z'] }],
      ['b', { kind: 'integer', low: 1, high: 4 }],
    ];
    const of = (seed: number) => Array.from({ length: 12 }, (_, trial) => fillingPoint(space, trial, seed));
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
    expect(new Set(of(1).map(({ a }) => a)).size).toBe(3);
    expect(new Set(of(1).map(({ b }) => b)).size).toBe(4);
  });
});
