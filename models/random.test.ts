import { expect, it } from 'vitest';
import { seededRandom } from './random.ts';

const draw = (seed: number, ...stream: (string | number)[]) => {
  const random = seededRandom(seed, ...stream);
  return Array.from({ length: 5 }, () => random.next());
};

it('repeats itself for equal seeds and streams, and for no others', () => {
  expect(draw(1, 'split')).toEqual(draw(1, 'split'));
  const others = [draw(1), draw(2, 'split'), draw(1, 'trial'), draw(1, 'split', 0), draw(1, 'split', '0')];
  const firsts = [draw(1, 'split'), ...others].map(([first]) => first);
  expect(new Set(firsts).size).toBe(firsts.length);
});

it('gives the same numbers on every machine and in every version', () => {
  expect(draw(20180101, 'parity')).toMatchInlineSnapshot(`
    [
      0.9427668896949468,
      0.48093360895608195,
      0.5663989756881922,
      0.9437366222760406,
      0.662703345810419,
    ]
  `);
});

it('spreads evenly, and normally', () => {
  const random = seededRandom(5);
  const uniform = Array.from({ length: 20_000 }, () => random.next());
  const normal = Array.from({ length: 20_000 }, () => random.normal());
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = (values: number[]) => {
    const center = mean(values);
    return mean(values.map((value) => (value - center) ** 2));
  };
  expect(uniform.every((value) => value >= 0 && value < 1)).toBe(true);
  expect(mean(uniform)).toBeCloseTo(0.5, 1);
  expect(Math.abs(mean(normal))).toBeLessThan(0.03);
  expect(Math.abs(variance(normal) - 1)).toBeLessThan(0.05);
});

it('draws every integer below the bound, and shuffles without loss', () => {
  const random = seededRandom(6);
  const drawn = new Set(Array.from({ length: 500 }, () => random.integer(7)));
  expect([...drawn].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  const values = Array.from({ length: 100 }, (_, i) => i);
  const shuffled = [...values];
  random.shuffle(shuffled);
  expect(shuffled).not.toEqual(values);
  expect(shuffled.sort((a, b) => a - b)).toEqual(values);
});
