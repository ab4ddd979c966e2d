import { expect, it } from 'vitest';
import { joinNumbers } from './joined.ts';

it('puts parts one after another, and copies no single one', () => {
  const [one, two] = [Float64Array.of(1, 2), Float64Array.of(3)];
  expect(joinNumbers([one, new Float64Array(0), two])).toEqual(Float64Array.of(1, 2, 3));
  expect(joinNumbers([one])).toBe(one);
  expect(joinNumbers([])).toEqual(new Float64Array(0));
});
