import { describe, expect, it } from 'vitest';
import type { SearchSpace } from '../../contracts/estimator.ts';
import { gridSize, suggest } from './index.ts';

const space: SearchSpace = {
  depth: { kind: 'integer', low: 2, high: 4 },
  rate: { kind: 'float', low: 0.001, high: 1, log: true },
  booster: { kind: 'choice', options: ['tree', 'linear'] },
  fixed: { kind: 'float', low: 3, high: 3 },
};
const points = (count: number) =>
  Array.from({ length: count }, (_, number) => suggest('grid', space, [], [], number, 7));

describe('a grid', () => {
  it('has every option, whole number and ten steps of a float, once each', () => {
    expect(gridSize(space)).toBe(3 * 10 * 2);
    const all = points(60);
    expect(new Set(all.map((point) => JSON.stringify(point))).size).toBe(60);
    expect(new Set(all.map(({ depth }) => depth))).toEqual(new Set([2, 3, 4]));
    expect(new Set(all.map(({ fixed }) => fixed))).toEqual(new Set([3]));
  });

  it('turns the last dimension fastest and starts over after the last point', () => {
    expect(points(3)).toEqual([
      { depth: 2, rate: 0.001, booster: 'tree', fixed: 3 },
      { depth: 2, rate: 0.001, booster: 'linear', fixed: 3 },
      { depth: 2, rate: expect.closeTo(0.001 * 1000 ** (1 / 9), 12), booster: 'tree', fixed: 3 },
    ]);
    expect(suggest('grid', space, [], [], 60, 0)).toEqual(suggest('grid', space, [], [], 0, 5));
    expect(suggest('grid', space, [], [], 59, 0)).toMatchObject({ depth: 4, booster: 'linear' });
    expect(suggest('grid', space, [], [], 59, 0).rate).toBeCloseTo(1, 12);
  });

  it('has one point where there is nothing to search, none of an impossible dimension', () => {
    expect(gridSize({})).toBe(1);
    expect(suggest('grid', {}, [], [], 3, 0)).toEqual({});
    expect(() => gridSize({ x: { kind: 'float', low: 2, high: 1 } })).toThrowError('"x"');
  });
});

describe('random search', () => {
  it('does not look at the history', () => {
    const history = Array.from({ length: 20 }, (_, number) => ({
      number,
      params: suggest('random', space, [], [], number, 1),
      score: number,
      steps: [] as [number, number][],
    }));
    expect(suggest('random', space, history, [], 20, 1)).toEqual(suggest('random', space, [], [], 20, 1));
    expect(suggest('tpe', space, history, [], 20, 1)).not.toEqual(suggest('random', space, [], [], 20, 1));
  });
});

describe('the fiftieth question', () => {
  it('takes a few milliseconds', () => {
    const history = Array.from({ length: 50 }, (_, number) => ({
      number,
      params: suggest('random', space, [], [], number, 1),
      score: Math.sin(number),
      steps: [] as [number, number][],
    }));
    suggest('tpe', space, history, [], 50, 0);
    const startedMs = performance.now();
    for (let number = 51; number < 61; number++) suggest('tpe', space, history, [], number, 0);
    expect((performance.now() - startedMs) / 10).toBeLessThan(20);
  });
});
