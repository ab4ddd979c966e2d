import { expect, test } from 'vitest';
import { inShare } from './share.ts';

const keys = Array.from({ length: 5_000 }, (_, i) => `order-${i}`);
const chosen = (salt: string, share: number): string[] => keys.filter((key) => inShare(key, salt, share));

test('as many keys are in a share as it says', () => {
  for (const share of [0.01, 0.05, 0.25, 0.5]) {
    const found = chosen('a', share).length / keys.length;
    // Five standard errors of a share of 5,000 independent keys.
    expect(Math.abs(found - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / keys.length));
  }
  expect(chosen('a', 0)).toEqual([]);
  expect(chosen('a', 1)).toEqual(keys);
});

test('a share that grows keeps the keys that it had', () => {
  const small = chosen('a', 0.05);
  const large = new Set(chosen('a', 0.25));
  expect(small.every((key) => large.has(key))).toBe(true);
});

test('another salt chooses other keys', () => {
  const first = new Set(chosen('a', 0.5));
  const both = chosen('b', 0.5).filter((key) => first.has(key)).length / keys.length;
  expect(both).toBeGreaterThan(0.22);
  expect(both).toBeLessThan(0.28);
});
