import { chiSquareSurvival } from '../distributions/chi-square.ts';

/**
 * z ≥ 0 with P(Z ≥ z) = p of a standard normal Z, 0 < p ≤ 1/2, by bisection of the chi-square tail of z². (The library
 * function is a hundred small modules, 13 MiB of every thread that needs this one number.)
 */
export function upperNormalQuantile(p: number): number {
  let low = 0;
  let high = 40;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (chiSquareSurvival(middle * middle, 1) > 2 * p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
