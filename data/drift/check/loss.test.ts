import { expect, test } from 'vitest';
import { numbersOf } from './fixture.ts';
import { hasRisen, splitLossChange } from './loss.ts';
import type { LossRows } from './types.ts';

const { normals, codes, random } = numbersOf(3);
const labels = ['a', 'b'];

/** Loss grows with |x| and in category b, and not with `idle`; `more` comes on top whatever the inputs. */
function rows(count: number, { shift = 0, more = 0, shareOfB = 0.2 } = {}): LossRows {
  const x = normals(count).map((value) => value + shift);
  const c = codes(count, [1 - shareOfB, shareOfB]);
  const loss = x.map((value, row) => Math.abs(value) + 2 * c[row] + more + 0.2 * random());
  return { loss, inputs: { x, c: { codes: c, labels }, idle: normals(count) } };
}

const reference = rows(8_000);

test('other inputs explain the loss that they bring, each its part', () => {
  const split = splitLossChange(reference, rows(4_000, { shift: 1, shareOfB: 0.5 }));
  expect(split.total).toBeGreaterThan(0.9);
  expect(split.byColumn.c).toBeCloseTo(0.6, 1);
  expect(Math.abs(split.byColumn.idle)).toBeLessThan(0.03);
  expect(split.covariate).toBeGreaterThan(0.85 * split.total);
  expect(split.covariate + split.concept).toBeCloseTo(split.total, 12);
});

test('more loss at equal inputs is a changed concept', () => {
  const split = splitLossChange(reference, rows(4_000, { more: 0.7 }));
  expect(split.concept).toBeGreaterThan(0.65);
  expect(Math.abs(split.covariate)).toBeLessThan(0.05);
});

test('missing cells are cells of their own', () => {
  const current = rows(4_000);
  const x = current.inputs.x;
  if (!(x instanceof Float64Array)) throw new TypeError('numbers');
  x.fill(Number.NaN, 0, 2_000);
  expect(Number.isFinite(splitLossChange(reference, current).covariate)).toBe(true);
});

test('a rise is told from noise', () => {
  expect(hasRisen(reference.loss, rows(500).loss, 0.001)).toBe(false);
  expect(hasRisen(reference.loss, rows(500, { more: 0.4 }).loss, 0.001)).toBe(true);
});
