import { Matrix as Dense, EigenvalueDecomposition } from 'ml-matrix';
import type { Matrix } from '../../contracts/frame.ts';
import { momentsOf } from './covariance.ts';

export interface PcaTask {
  features: Matrix;
  /** So many components where at least 1; else as many as explain this share of the variance. */
  components: number;
}
export interface PcaResult {
  means: number[];
  /** By component, one weight per column. */
  weights: number[][];
  /** Share of the variance that each component explains. */
  explained: number[];
}

/** Eigenvectors of the covariance by falling variance; the largest weight of each is positive (scikit-learn's sign). */
export default function findComponents({ features, components }: PcaTask): PcaResult {
  const { means, covariance } = momentsOf(features);
  const symmetric = Dense.from1DArray(means.length, means.length, covariance);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues
    .map((value, index) => ({ variance: Math.max(0, value), index }))
    .sort((a, b) => b.variance - a.variance);
  const total = order.reduce((sum, { variance }) => sum + variance, 0);
  const explained = order.map(({ variance }) => (total === 0 ? 0 : variance / total));
  const kept = order.slice(0, countOf(components, explained));
  const weights = kept.map(({ index }) => withPositiveLargest(eigenvectorMatrix.getColumn(index)));
  return { means: [...means], weights, explained: explained.slice(0, kept.length) };
}

function countOf(components: number, explained: number[]): number {
  if (components >= 1) return Math.min(components, explained.length);
  let sum = 0;
  const reached = explained.findIndex((share) => {
    sum += share;
    return sum > components;
  });
  return reached < 0 ? explained.length : reached + 1;
}

function withPositiveLargest(vector: number[]): number[] {
  const largest = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return vector.map((value) => (largest < 0 ? -value : value) + 0);
}
