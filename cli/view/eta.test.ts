import { expect, it } from 'vitest';
import { createEta } from './eta.ts';

it('a steady pace is carried on to the end', () => {
  const eta = createEta();
  let leftMs: number | undefined;
  for (let second = 0; second <= 10; second++) leftMs = eta.update(second / 100, second * 1000);
  expect(leftMs).toBeCloseTo(90_000, -2);
});

it('says nothing before it has seen something move', () => {
  const eta = createEta();
  expect(eta.update(0, 0)).toBeUndefined();
  expect(eta.update(0, 5000)).toBeUndefined();
});

it('counts down while nothing moves, and not below zero', () => {
  const eta = createEta();
  eta.update(0, 0);
  const atHalf = eta.update(0.5, 10_000) ?? 0;
  expect(eta.update(0.5, 14_000)).toBeCloseTo(atHalf - 4000);
  expect(eta.update(0.5, 100_000)).toBe(0);
});

it('forgets a fast first phase when a slow one comes', () => {
  const eta = createEta(10_000);
  eta.update(0, 0);
  eta.update(0.5, 1000);
  let leftMs: number | undefined;
  for (let second = 2; second <= 62; second++) leftMs = eta.update(0.5 + (second - 1) * 0.001, second * 1000);
  const trueLeftMs = ((1 - 0.561) / 0.001) * 1000;
  expect((leftMs ?? 0) / trueLeftMs).toBeGreaterThan(0.5);
});

it('starts over when a run starts over, and ends at zero', () => {
  const eta = createEta();
  eta.update(0, 0);
  eta.update(0.8, 1000);
  expect(eta.update(0.1, 2000)).toBeUndefined();
  expect(eta.update(1, 3000)).toBe(0);
});
