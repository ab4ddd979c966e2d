import cdf from '@stdlib/stats-base-dists-normal-cdf';

/** P(|Z| ≥ |z|) of a standard normal Z, with full relative accuracy far out. */
export const normalTwoSided = (z: number): number => 2 * cdf(-Math.abs(z), 0, 1);

/** P(Z ≥ z) of a standard normal Z, with full relative accuracy far out. */
export const normalSurvival = (z: number): number => cdf(-z, 0, 1);
