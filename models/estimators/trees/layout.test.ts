import { describe, expect, it } from 'vitest';
import type { DecisionTree } from '../../../contracts/estimator.ts';
import { type LaidNode, laidNode, numberAfter } from './layout.ts';

const float = Math.fround;
const thresholds = [0, -0, 1, -1, 0.1, -0.1, 1e-40, -1e-40, 2 ** -149, 3.4e38, -3.4e38].map(float);
/** A root with two leaves; `below` and `above` training rows took its children. */
const stump = (threshold: number, below: number, above: number, missingLeft: number): DecisionTree => ({
  ...{ left: [1, -1, -1], right: [2, -1, -1], feature: [3, 0, 0], value: [threshold, 7, 8] },
  ...{ missingLeft: [missingLeft, 0, 0], cover: [below + above, below, above], output: 0 },
});
const width = 5;
/** As onnxruntime walks: the asked column of a row against the threshold. */
function childOf({ column, threshold, whenBelow, otherwise }: LaidNode, x: number): number {
  const known = Number.isNaN(x) ? [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY] : [x, -x];
  const asked = [x, -x, ...known][Math.floor(column / width)];
  return asked < threshold ? whenBelow : otherwise;
}

describe('an inner node in a file', () => {
  it('has the child that most rows took beside it', () => {
    expect(laidNode(stump(1, 10, 20, 0), 0, width)).toMatchObject({ column: 3, otherwise: 2 });
    expect(laidNode(stump(1, 20, 10, 0), 0, width)).toMatchObject({ column: 18, otherwise: 1 });
    expect(laidNode(stump(1, 10, 10, 0), 0, width)).toMatchObject({ column: 3, otherwise: 2 });
  });

  it.each(thresholds)('sends every number the way that it learned, also those next to %d', (threshold) => {
    const least = 2 ** -149;
    const step = Math.max(least, Math.abs(threshold) * 2 ** -23);
    const numbers = [threshold, float(threshold - step), float(threshold + step), 0, -0, least, -least];
    for (const x of [...numbers, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      for (const cover of [10, 30])
        expect(childOf(laidNode(stump(threshold, cover, 20, 0), 0, width), x)).toBe(x < threshold ? 1 : 2);
  });

  it.each([0, 1])('sends a missing value the way that it learned: left %d', (missingLeft) => {
    for (const cover of [10, 30]) {
      const node = laidNode(stump(1, cover, 20, missingLeft), 0, width);
      expect(childOf(node, Number.NaN)).toBe(missingLeft === 1 ? 1 : 2);
    }
  });
});

it('the number after another is the least above it', () => {
  expect(numberAfter(1)).toBe(1 + Number.EPSILON);
  expect(numberAfter(-1)).toBe(-1 + Number.EPSILON / 2);
  expect([numberAfter(0), numberAfter(-0)]).toEqual([Number.MIN_VALUE, Number.MIN_VALUE]);
  expect(numberAfter(-Number.MIN_VALUE)).toBe(-0);
});
